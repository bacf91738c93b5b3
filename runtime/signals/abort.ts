import { constants } from "node:os";
import { send, type Target } from "./target.ts";

/** How long a container has between SIGTERM and SIGKILL: the same as execa gives a process. */
export const kill_after_ms = 5000;

export interface Aborting {
  /** Forgets the signal and the timer. Call it when the container has ended. */
  stop(): void;
  /** Was the container asked to end. */
  aborted(): boolean;
  /** SIGTERM when wrun ended the container in its place, else undefined. */
  endedBy(): number | undefined;
}

/**
 * Ends a container when an AbortSignal says so: SIGTERM, and what is left after `killAfter_ms` is killed.
 *
 * A first process without a handler for SIGTERM, which would not notice it, is killed at once. A signal that was
 * aborted before acts at once too.
 */
export function followAbort(
  signal: AbortSignal | undefined,
  target: Target,
  killAfter_ms: number = kill_after_ms,
): Aborting {
  let timer: NodeJS.Timeout | undefined;
  let aborted = false;
  let ended: number | undefined;
  const abort = () => {
    aborted = true;
    const { SIGTERM } = constants.signals;
    if (send(target, SIGTERM) === "kill") ended = SIGTERM;
    else timer = setTimeout(target.kill, killAfter_ms);
  };
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  return {
    stop() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
    aborted: () => aborted,
    endedBy: () => ended,
  };
}
