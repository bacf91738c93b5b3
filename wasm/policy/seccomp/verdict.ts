// What a filter answers: SECCOMP_RET_* of linux/seccomp.h, with its data in the lower 16 bits.

import { SeccompAction as Action } from "../../generated/as/types";

export const KILL_PROCESS: u32 = 0x80000000;
const KILL_THREAD: u32 = 0;
const TRAP: u32 = 0x00030000;
const ERRNO: u32 = 0x00050000;
const NOTIFY: u32 = 0x7fc00000;
const TRACE: u32 = 0x7ff00000;
const LOG: u32 = 0x7ffc0000;
const ALLOW: u32 = 0x7fff0000;

export const EPERM: u32 = 1;
export const ENOSYS: u32 = 38;

/** The most of an errno: MAX_ERRNO of linux/err.h, above which the kernel takes this one. */
export const ERRNO_MOST: u32 = 4095;
/** The most that a tracer is told. */
export const TRACE_MOST: u32 = 0xffff;

export function hasErrno(action: Action): bool {
  return action == Action.Errno || action == Action.Trace;
}

/** The 32 bits that a filter returns. */
export function valueOf(action: Action, errno: u32): u32 {
  switch (action) {
    case Action.KillProcess:
      return KILL_PROCESS;
    case Action.KillThread:
      return KILL_THREAD;
    case Action.Trap:
      return TRAP;
    case Action.Errno:
      return ERRNO | errno;
    case Action.Trace:
      return TRACE | errno;
    case Action.Notify:
      return NOTIFY;
    case Action.Log:
      return LOG;
    default:
      return ALLOW;
  }
}

/**
 * Does the call go on, at the tracer's discretion perhaps? runc leaves new calls to a profile whose default is one of
 * these: there they are not what surprises a program.
 */
export function isOpen(action: Action): bool {
  return action == Action.Allow || action == Action.Log || action == Action.Trace;
}

export function actionText(action: Action, errno: u32): string {
  switch (action) {
    case Action.KillProcess:
      return "kills the process";
    case Action.KillThread:
      return "kills the thread";
    case Action.Trap:
      return "sends SIGSYS";
    case Action.Errno:
      return errno == EPERM
        ? "answers EPERM"
        : errno == ENOSYS
          ? "answers ENOSYS"
          : `answers errno ${errno}`;
    case Action.Trace:
      return `asks the tracer with ${errno}`;
    case Action.Notify:
      return "asks the listener";
    case Action.Log:
      return "allows and logs it";
    default:
      return "allows it";
  }
}
