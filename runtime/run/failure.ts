/** A step that failed → the error that its reader needs. */
import { errnoName, errnoText } from "../../shim/errno.ts";
import { type ErrorCode, WrunError } from "../error.ts";
import type { Prepared } from "./prepare.ts";

/** `pid` is the process that failed, still standing: its root directory shows what it saw. */
export function launchError(
  prepared: Prepared,
  index: number,
  errno: number,
  _pid: number,
): WrunError {
  const { program } = prepared;
  const step = program.steps[index];
  if (!step) throw new RangeError(`init reports step ${index} of ${program.steps.length}`);
  const { say, code, hint, path } = step.purpose;
  const name = errnoName(errno);
  return new WrunError({
    code: code as ErrorCode,
    message: `cannot ${say}: ${name}`,
    because: errnoText(name),
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    step: { index, of: program.steps.length, say },
    errno: name,
    ...(step.kind === "call" ? { syscall: step.call } : {}),
  });
}
