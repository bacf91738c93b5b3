/** What wrun and a starting init say to each other, from posix_spawn to execve. */
import type { Channel } from "../../shim/channel.ts";
import { childrenNamed } from "../../shim/children.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { startInit } from "../../shim/init.ts";
import type { ExitStatus } from "../../shim/pidfd.ts";
import { decodeReport, report_bytes } from "../../shim/program/encode.ts";
import { WrunError } from "../error.ts";
import { signalName } from "../signals/outcome.ts";
import { Child } from "./child.ts";

export interface Handlers {
  /** init has its own copies of the descriptors by now. */
  started(): void;
  /** init has made its user namespace and waits for the id maps. */
  mapIds(pid: number): Promise<void>;
  /** The container's process exists; it executes nothing of the user's before this has settled. */
  created(pid: number): Promise<void> | void;
  /** A step failed. The process still stands: its files can be looked at through /proc/PID. */
  failed(step: number, errno: number, pid: number): Error;
}

/**
 * Starts init and leads it to the point where the user's program runs; answers with its pid and pidfd.
 *
 * Rejects with what `failed` makes of a failing step, with what a handler throws, or with the reason of an abort; then
 * nothing runs any more.
 */
export async function converse(
  program: Uint8Array,
  fds: readonly (readonly [number, number])[],
  abort: AbortSignal,
  handlers: Handlers,
): Promise<{ pid: number; pidfd: Fd }> {
  using init = startInit(program, fds);
  const first = new Child(init.pid);
  handlers.started();
  const found: { container?: Child } = {};
  try {
    await lead(init.channel, first, found, handlers, abort);
    const status = await first.exited();
    if (!found.container) throw endedEarly(status);
    return { pid: found.container.pid, pidfd: found.container.release() };
  } catch (error) {
    // The end of the socket is what init waits for after a failure; a handler's failure finds it elsewhere.
    init.channel[Symbol.dispose]();
    await first.end();
    if (found.container) await found.container.end();
    else await endUnknown(init.comm);
    throw error;
  }
}

async function lead(
  channel: Channel,
  first: Child,
  found: { container?: Child },
  handlers: Handlers,
  abort: AbortSignal,
): Promise<void> {
  let going: Promise<void> | undefined;
  for (;;) {
    const bytes = await channel.read(report_bytes, abort);
    if (bytes === null) return going;
    const report = decodeReport(bytes);
    if (report.kind === "failed") {
      throw handlers.failed(report.step, report.errno, found.container?.pid ?? first.pid);
    }
    if (report.kind === "ready") {
      await handlers.mapIds(first.pid);
      goOn(channel);
    }
    if (report.kind === "created") {
      found.container = new Child(report.pid);
      await handlers.created(report.pid);
      // Until init is waited for, it counts against the container's limit of pids.
      going = first.exited().then(() => goOn(channel));
      // What goes wrong comes out where it is awaited, unless another failure comes first.
      going.catch(() => {});
    }
  }
}

/**
 * Between the clone and the report of it, the container's process is known by its name only: when init is killed
 * there, or when a step of the container fails before init has reported.
 */
async function endUnknown(comm: string): Promise<void> {
  for (const pid of childrenNamed(comm)) await new Child(pid).end();
}

function endedEarly({ exited, killed }: ExitStatus): WrunError {
  const how = killed === undefined ? `exit code ${exited}` : signalName(killed);
  return new WrunError({
    code: "ERR_LAUNCH",
    message: `init ended with ${how} before there was a container`,
    ...(killed === undefined
      ? {}
      : {
          hint: "was the memory limit too small for a launch? `dmesg` tells of a process that the kernel killed",
        }),
  });
}

/** EPIPE: init was killed meanwhile; the next read says so. A closed channel: a failure came first. */
function goOn(channel: Channel): void {
  if (channel.fd.closed) return;
  try {
    channel.write(new Uint8Array([1]));
  } catch (error) {
    if (!isErrno(error, "EPIPE", "ECONNRESET")) throw error;
  }
}
