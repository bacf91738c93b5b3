/** `--log FILE`: what callers read when a command has failed; containerd takes the last line in JSON. */
import { appendFileSync } from "node:fs";
import type { WrunError } from "../error.ts";
import { wholeMessage } from "./error.ts";
import { remark } from "./output.ts";

export interface Log {
  path: string;
  format: "text" | "json";
}

/** A line for one error, in runc's form: level, msg and time, and in JSON what wrun knows beyond. */
export function writeLog(
  { path, format }: Log,
  error: WrunError,
  level: "error" | "warning" = "error",
): void {
  const { code, step, errno, path: subject, hint, because, pointer } = error;
  const msg = wholeMessage(error);
  const time = new Date().toISOString();
  const more = { code, step, errno, path: subject, pointer, because, hint };
  const line =
    format === "json"
      ? JSON.stringify({ level, msg, time, ...more })
      : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(msg)} code=${code}`;
  try {
    appendFileSync(path, `${line}\n`, { mode: 0o644 });
  } catch (failure) {
    // The error itself goes to stderr in any case.
    remark(`wrun: cannot write the log \`${path}\`: ${(failure as NodeJS.ErrnoException).code}\n`);
  }
}
