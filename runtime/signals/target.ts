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
export function send(target: Target, signal: number): Verdict {
  const what = judge(target, signal);
  if (what === "kill") target.kill();
  if (what === "deliver") deliver(target.pidfd, signal);
  return what;
}

/** Does only what the kernel does not: for a signal that it has sent already. True when the container was ended. */
export function makeUp(target: Target, signal: number): boolean {
  if (judge(target, signal) !== "kill") return false;
  target.kill();
  return true;
}

function judge({ pid, pidfd }: Target, signal: number): Verdict {
  // The pid is safe to look up: it belongs to a child that its parent, this process, has not waited for yet. Once it
  // has, the pidfd is closed or says ESRCH, and the text read is used for nothing.
  const status = statusText(pid);
  if (pidfd.closed || status === "" || /^State:\s*[ZX]/m.test(status)) return "drop";
  return verdict(status, signal);
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
