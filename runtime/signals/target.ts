import { readFileSync } from "node:fs";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { pidfdSendSignal } from "../../shim/pidfd.ts";
import { type Verdict, verdict } from "./disposition.ts";

/** A container's first process, as somebody to send signals to. */
export interface Target {
  pid: number;
  pidfd: Fd;
  /** Ends the whole container at once: SIGKILL to its first process, or cgroup.kill. */
  kill: () => void;
}

/**
 * Sends a signal, or does what it would have done to any other process, and answers which.
 *
 * A process that has ended, waited for or not, gets nothing: `drop`.
 */
export function send({ pid, pidfd, kill }: Target, signal: number): Verdict {
  // The pid is safe to look up: it belongs to a child that its parent, this process, has not waited for yet. Once it
  // has, the pidfd is closed or says ESRCH, and the text read is used for nothing.
  const status = statusText(pid);
  if (pidfd.closed || status === "" || /^State:\s*[ZX]/m.test(status)) return "drop";
  const what = verdict(status, signal);
  if (what === "kill") kill();
  if (what === "deliver") deliver(pidfd, signal);
  return what;
}

function statusText(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

function deliver(pidfd: Fd, signal: number): void {
  try {
    pidfdSendSignal(pidfd, signal);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}
