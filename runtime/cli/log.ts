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
export function writeLog(log: Log, error: WrunError, level: "error" | "warning" = "error"): void {
  const { code, step, errno, path: subject, hint, because, pointer } = error;
  const more = { code, step, errno, path: subject, pointer, because, hint };
  addLine(log, level, wholeMessage(error), more, ` code=${code}`);
}

/** `--debug`: a line in the log, or on stderr where there is none. */
export function writeDebug(log: Log | undefined, msg: string): void {
  if (log) addLine(log, "debug", msg, {}, "");
  else remark(`wrun: debug: ${msg}\n`);
}

function addLine(
  { path, format }: Log,
  level: string,
  msg: string,
  more: object,
  end: string,
): void {
  const time = new Date().toISOString();
  const line =
    format === "json"
      ? JSON.stringify({ level, msg, time, ...more })
      : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(msg)}${end}`;
  try {
    appendFileSync(path, `${line}\n`, { mode: 0o644 });
  } catch (failure) {
    // The error itself goes to stderr in any case.
    remark(`wrun: cannot write the log \`${path}\`: ${(failure as NodeJS.ErrnoException).code}\n`);
  }
}
