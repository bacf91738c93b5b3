import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { WrunError } from "../error.ts";

/** Written beside and renamed, so that whoever waits for the file never reads half a number. */
export function writePidFile(path: string | undefined, pid: number): void {
  if (path === undefined) return;
  const next = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(next, `${pid}`, { flag: "wx", mode: 0o644 });
    renameSync(next, path);
  } catch (cause) {
    rmSync(next, { force: true });
    const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
    throw new WrunError({
      code: "ERR_LAUNCH",
      message: `cannot write the pid file \`${path}\`: ${errno}`,
      errno,
      path,
      cause,
    });
  }
}
