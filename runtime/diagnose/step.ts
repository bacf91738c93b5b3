import { errnoText } from "../../shim/errno.ts";
import { type ErrorCode, WrunError } from "../error.ts";
import { exit_codes } from "./finding.ts";
import { sysctl, unknownCall, unknownFilesystem } from "./kernel.ts";
import { exhausted } from "./limit.ts";
import { busy, locked, malformed, masked } from "./mount.ts";
import { closed, missing, readOnly, strayed } from "./place.ts";
import type { FailedStep, Reason, Rule } from "./reason.ts";
import { joined, namespaces, powerless, unmapped, userNamespace } from "./rights.ts";

/** From the most particular to the most general: the first that knows the failure speaks. */
const ladder: readonly Rule[] = [
  unknownCall,
  unknownFilesystem,
  sysctl,
  userNamespace,
  powerless,
  unmapped,
  joined,
  namespaces,
  strayed,
  closed,
  missing,
  readOnly,
  masked,
  exhausted,
  locked,
  malformed,
  busy,
];

/**
 * Says why a step of a launch failed: what was to be done, on what, the errno, why, and what to do about it.
 *
 * Pure but for the views, which are looked at only where the errno is about a path.
 */
export function explainStep(failed: FailedStep): WrunError {
  const { purpose, errno, syscall, index, of } = failed;
  const reason = climb(failed);
  return new WrunError({
    code: reason?.code ?? (purpose.code as ErrorCode),
    message: `cannot ${purpose.say}: ${errno}`,
    because: reason?.because ?? (errnoText(errno) || undefined),
    hint: reason?.hint ?? purpose.hint,
    path: purpose.path,
    step: { index, of, say: purpose.say },
    errno,
    syscall: syscall || undefined,
    exitCode: exit_codes[purpose.code as ErrorCode],
  });
}

function climb(failed: FailedStep): Reason | null {
  for (const rule of ladder) {
    const reason = rule(failed);
    if (reason) return reason;
  }
  return null;
}
