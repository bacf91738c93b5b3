/**
 * `--status-fd N`: what happens to the container, a JSON object a line.
 *
 * An exit status alone cannot tell a program's own 125 from wrun's (podman issue 11540); this can.
 */
import { fstatSync, writeSync } from "node:fs";
import { usageError } from "./flag.ts";

export type StatusEvent =
  | { event: "started"; id: string; pid: number }
  | { event: "exited"; id: string; exitCode: number; signal?: string; oom: boolean }
  | { event: "failed"; code: string; exitCode: number; message: string };

/** Without a descriptor nothing is written. Throws ERR_USAGE for one that is not open. */
export function statusWriter(text: string | undefined): (event: StatusEvent) => void {
  if (text === undefined) return () => {};
  const fd = descriptor(text);
  return (event) => {
    try {
      writeSync(fd, `${JSON.stringify(event)}\n`);
    } catch (error) {
      // Whoever asked has gone away; the container is not to suffer for it.
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
  };
}

function descriptor(text: string): number {
  const hint =
    "open it for writing when starting wrun, as in `wrun run --status-fd 3 ... 3>status`";
  const fd = /^\d{1,7}$/.test(text) ? Number(text) : -1;
  if (fd < 1) throw usageError(`\`--status-fd\` is \`${text}\`, not the number of a file`, hint);
  try {
    fstatSync(fd);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw usageError(`\`--status-fd\` is \`${text}\`, which is not open: ${code}`, hint);
  }
  return fd;
}
