import { now_ms } from "./clock.ts";
import { SyscallError } from "./error.ts";
import type { Fd } from "./fd.ts";
import { tryCall } from "./libc.ts";

interface Waiter {
  fd: Fd;
  since_ms: number;
  settle(error?: Error): void;
}

const waiters = new Set<Waiter>();
/** The next turn: "soon" through setImmediate, or a timer. */
let next: "soon" | NodeJS.Timeout | undefined;

const pollin = 0x1;
const pollnval = 0x20;
const interrupted = 4;
/** How long one turn may hold up the event loop while something is expected at any moment. */
const slice_ns = 200_000n;
/** How long it is expected at any moment; a launch takes 1 to 3 ms. */
const fresh_ms = 10;
/** From then on: how long to let pass between looks, at least and at most. */
const pause_ms = { min: 1, max: 10 };

/**
 * Waits until a descriptor can be read (or is at its end): a pipe, a socket, a pidfd. All that wait share one ppoll(2).
 *
 * Node has no public way to wait for a bare descriptor. A net.Socket would take it over and read from it (and lose
 * descriptors sent along), cannot wait for a pidfd, and costs 2 ms to load and 160 µs for each, a sixth of a launch.
 * So: short sleeping polls between turns of the event loop at first, a look every few milliseconds later. The
 * descriptor stays the caller's, open until this settles.
 */
export function readable(fd: Fd, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // What has come before the abort counts: at the end of a launch it says that the user's program runs already.
    const abort = () => {
      look(0n);
      if (waiters.has(waiter)) waiter.settle(signal?.reason);
    };
    const waiter: Waiter = {
      fd,
      since_ms: now_ms(),
      settle(error) {
        waiters.delete(waiter);
        signal?.removeEventListener("abort", abort);
        if (error === undefined) resolve();
        else reject(error);
      },
    };
    signal?.addEventListener("abort", abort, { once: true });
    waiters.add(waiter);
    if (next !== "soon") turn();
  });
}

function turn(): void {
  // A new waiter is fresh: it does not sit out the pause of the old ones.
  if (next !== "soon") clearTimeout(next);
  const now = now_ms();
  let youngest_ms = Number.POSITIVE_INFINITY;
  for (const { since_ms } of waiters) youngest_ms = Math.min(youngest_ms, now - since_ms);
  const fresh = youngest_ms < fresh_ms;
  look(fresh ? slice_ns : 0n);
  next = undefined;
  if (waiters.size === 0) return;
  if (fresh) {
    next = "soon";
    setImmediate(turn);
  } else {
    next = setTimeout(turn, Math.min(pause_ms.max, Math.max(pause_ms.min, youngest_ms / 10)));
  }
}

/** struct pollfd { int fd; short events; short revents; } each, and struct timespec { long sec; long nsec; }. */
function look(timeout_ns: bigint): void {
  const list = [...waiters].filter((waiter) => {
    if (waiter.fd.closed) waiter.settle(new SyscallError("ppoll", 9, waiter.fd.name));
    return !waiter.fd.closed;
  });
  const poll = new Int32Array(2 * list.length);
  list.forEach(({ fd }, i) => {
    poll.set([fd.number, pollin], 2 * i);
  });
  const timeout = new BigInt64Array([0n, timeout_ns]);
  const result = tryCall("ppoll", poll, list.length, timeout, null, 0);
  if (result === 0 || result === -interrupted) return;
  list.forEach((waiter, i) => {
    const happened = (poll[2 * i + 1] as number) >>> 16;
    if (result < 0) waiter.settle(new SyscallError("ppoll", -result, waiter.fd.name));
    else if (happened & pollnval) waiter.settle(new SyscallError("ppoll", 9, waiter.fd.name));
    else if (happened) waiter.settle();
  });
}
