import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { tryCall } from "./libc.ts";
import { type ExitStatus, waitPidfd } from "./pidfd.ts";
import { readable } from "./poll.ts";

/** Looks, without waiting, whether it is over; throws what exited() then rejects with. */
type Look = () => boolean;

const waiting = new Set<Look>();
let timer: NodeJS.Timeout | undefined;

// The timer keeps the process alive (signal listeners do not), and finds what no SIGCHLD tells of: SIGCHLDs that fell
// together. Node delivers no signals to worker threads, so that they look more often.
const interval_ms = { main: 500, worker: 10 } as const;

/** gettid(2): the main thread's number is the process's. node:worker_threads says it too, and takes 5 ms to load. */
function isMainThread(): boolean {
  return tryCall("gettid") === process.pid;
}

function lookAll(): void {
  for (const look of waiting) if (look()) forget(look);
}

function remember(look: Look): void {
  if (look()) return;
  if (waiting.size === 0) {
    const main = isMainThread();
    if (main) process.on("SIGCHLD", lookAll);
    timer = setInterval(lookAll, main ? interval_ms.main : interval_ms.worker);
  }
  waiting.add(look);
  // One that ended between the first look and the listener has sent its SIGCHLD to nobody.
  if (waiting.size === 1 && look()) forget(look);
}

function forget(look: Look): void {
  if (!waiting.delete(look) || waiting.size > 0) return;
  process.off("SIGCHLD", lookAll);
  clearInterval(timer);
}

/**
 * Waits for a child of this process to end and takes its status; rejects with SyscallError ECHILD for another's child.
 *
 * One SIGCHLD listener serves all that wait: no thread of Node's pool of four is held, so that a hundred containers
 * may run while files are still read. The pidfd stays the caller's, open until this settles; an abort leaves the child.
 */
export function exited(pidfd: Fd, signal?: AbortSignal): Promise<ExitStatus> {
  return settled(() => waitPidfd(pidfd), signal);
}

function settled<T>(look: () => T | undefined, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      forget(entry);
      reject(signal?.reason);
    };
    const entry: Look = () => {
      try {
        const result = look();
        if (result === undefined) return false;
        resolve(result);
      } catch (error) {
        reject(error);
      }
      signal?.removeEventListener("abort", abort);
      return true;
    };
    signal?.addEventListener("abort", abort, { once: true });
    remember(entry);
  });
}

/** Waits until a process that need not be a child of this one has ended; its status is its parent's. */
export function ended(pidfd: Fd, signal?: AbortSignal): Promise<void> {
  // A pidfd can be read when its process has ended, waited for or not (man 2 pidfd_open).
  return readable(pidfd, signal);
}

/** Lets go of a child that has ended, whose status nobody wants; of another's child nothing. */
export function reap(pidfd: Fd): void {
  isReaped(pidfd);
  // It may be one of those.
  reapLeft();
}

const left = new Set<Fd>();
let left_timer: NodeJS.Timeout | undefined;

/**
 * Takes the status of a child that nobody waits for, whenever it ends: a zombie would keep its pid namespace, and so a
 * container, from ending (pid_namespaces(7)). Closes the descriptor then, and keeps this process from nothing.
 */
export function reapLater(pidfd: Fd): void {
  left.add(pidfd);
  if (left.size === 1) {
    if (isMainThread()) process.on("SIGCHLD", reapLeft);
    left_timer = setInterval(reapLeft, interval_ms.main).unref();
  }
  reapLeft();
}

function reapLeft(): void {
  for (const pidfd of left) {
    if (!isReaped(pidfd)) continue;
    left.delete(pidfd);
    pidfd.close();
  }
  if (left.size > 0) return;
  process.off("SIGCHLD", reapLeft);
  clearInterval(left_timer);
}

function isReaped(pidfd: Fd): boolean {
  try {
    return waitPidfd(pidfd) !== undefined;
  } catch (error) {
    if (isErrno(error, "ECHILD")) return true;
    throw error;
  }
}
