import { constants } from "node:os";

/** What to do with a signal for a container's first process. */
export type Verdict = "deliver" | "kill" | "drop";

const { signals } = constants;

/** Signals whose default is to be ignored (man 7 signal). */
const harmless: ReadonlySet<number> = new Set([signals.SIGCHLD, signals.SIGURG, signals.SIGWINCH]);

/** Signals of job control, whose default is to stop the process. */
const stops: ReadonlySet<number> = new Set([signals.SIGTSTP, signals.SIGTTIN, signals.SIGTTOU]);

/** The two that no process can refuse; from an ancestor namespace pid 1 takes them too. */
const forced: ReadonlySet<number> = new Set([signals.SIGKILL, signals.SIGSTOP]);

/**
 * Decides what a signal would come to, by the text of /proc/PID/status.
 *
 * The kernel drops a signal with default disposition that is sent to pid 1 of a pid namespace, even from outside
 * (man 7 pid_namespaces), so that Ctrl-C on a `sleep` would do nothing. What would have ended any other process is
 * a `kill` here. A blocked signal stays pending whatever its disposition (it may be meant for sigwait or a
 * signalfd): `deliver`. A process that is not pid 1 of a namespace gets everything but the keyboard's stop signals: it
 * leads a session of its own, and in the orphaned process group that this makes they stop nothing (POSIX, 2.4.3).
 */
export function verdict(status: string, signal: number): Verdict {
  const has = (field: string) => (mask(status, field) >> BigInt(signal - 1)) & 1n;
  if (forced.has(signal) || has("SigCgt") || has("SigBlk")) return "deliver";
  if (stops.has(signal)) return "drop";
  if (!isFirst(status)) return "deliver";
  if (has("SigIgn")) return "drop";
  // SIGCONT wakes a stopped process before its disposition counts (man 2 kill).
  if (signal === signals.SIGCONT) return "deliver";
  return harmless.has(signal) ? "drop" : "kill";
}

/** NSpid lists the pid in every namespace from the reader's inward; a single one means no namespace of its own. */
function isFirst(status: string): boolean {
  const pids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [];
  return pids.length > 1 && pids.at(-1) === "1";
}

/** A signal mask in hexadecimal; no signals when the field is absent, as for a zombie's in old kernels. */
function mask(status: string, field: string): bigint {
  const digits = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1];
  return BigInt(`0x${digits ?? "0"}`);
}
