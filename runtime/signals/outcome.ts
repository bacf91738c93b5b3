import { constants } from "node:os";
import type { ExitStatus } from "../../shim/pidfd.ts";

/** How a container ended, as a shell says it. */
export interface Outcome {
  /** 128 + n for signal n. */
  exitCode: number;
  /** The signal's name (`SIGRTMIN+n` for a real-time one), undefined when it ended by itself. */
  signal?: string;
}

/**
 * The exit code of a wait status, where `endedBy` is the signal that wrun carried out with SIGKILL.
 *
 * It counts only when SIGKILL was what ended the container: one that exited by itself at that moment did not.
 */
export function outcome(status: ExitStatus, endedBy?: number): Outcome {
  if (status.killed === undefined) return { exitCode: status.exited };
  const { SIGKILL } = constants.signals;
  const signal = status.killed === SIGKILL ? (endedBy ?? SIGKILL) : status.killed;
  return { exitCode: 128 + signal, signal: signalName(signal) };
}

/** The kernel's first real-time signal; libc keeps two of them for itself, so its SIGRTMIN is 34 (man 7 signal). */
const rtmin = 34;

let names: Map<number, string> | undefined;

/** The name of a signal's number, the usual one where there are two. */
export function signalName(signal: number): string {
  names ??= new Map(
    // The first name of a number is the usual one: SIGABRT before SIGIOT, SIGIO before SIGPOLL.
    Object.entries(constants.signals)
      .reverse()
      .map(([name, number]) => [number, name]),
  );
  return names.get(signal) ?? (signal < rtmin ? `SIG${signal}` : `SIGRTMIN+${signal - rtmin}`);
}
