/** What wrun and a starting init say to each other, from posix_spawn to execve. */
import type { Channel } from "../../shim/channel.ts";
import { childrenNamed } from "../../shim/children.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { startInit } from "../../shim/init.ts";
import type { ExitStatus } from "../../shim/pidfd.ts";
import { decodeReport, report_bytes } from "../../shim/program/encode.ts";
import { WrunError } from "../error.ts";
import { stage } from "../launch/stage.ts";
import { signalName } from "../signals/outcome.ts";
import { Child } from "./child.ts";

export interface Handlers {
  /** init has its own copies of the descriptors by now. */
  started(): void;
  /** init has made its user namespace and waits for the id maps. */
  mapIds(pid: number): Promise<void>;
  /** The container's process exists; it executes nothing of the user's before this has settled. */
  created(pid: number, keeper: number | undefined): Promise<void> | void;
  /** The mounts are there and the root is not entered: hooks can run. Only where there are any. */
  mounted?(pid: number): Promise<void>;
  /** A hook of the container has failed, by its step; the end is that of hookError. init still stands. */
  hookFailed(step: number, end: number | null): Error;
  /**
   * Where the program waits for `start`: all is done but that. When this has settled init lives without wrun, and the
   * conversation is over.
   */
  complete?(pid: number, pidfd: Fd): void;
  /** A step failed. The process still stands: its files can be looked at through /proc/PID. */
  failed(step: number, errno: number, pid: number): Error;
}

/** A launch program as init takes it. */
export interface Encoded {
  bytes: Uint8Array;
  report_fd: number | undefined;
  /** Does init's first process stay, as the container's parent (launch/keeper.ts)? */
  keeper: boolean;
}

/**
 * Starts init and leads it to the point where the user's program runs, or waits; answers with its pid and pidfd.
 *
 * Rejects with what `failed` makes of a failing step, with what a handler throws, or with the reason of an abort; then
 * nothing runs any more.
 */
export async function converse(
  { bytes, report_fd, keeper }: Encoded,
  fds: readonly (readonly [number, number])[],
  abort: AbortSignal,
  handlers: Handlers,
): Promise<{ pid: number; pidfd: Fd }> {
  using init = startInit(bytes, fds, report_fd);
  const first = new Child(init.pid);
  handlers.started();
  const found: Found = { isComplete: false };
  try {
    await lead(init.channel, first, found, keeper, handlers, abort);
    if (!found.container) throw endedEarly(await first.exited());
    if (handlers.complete && !found.isComplete) throw killedEarly();
    if (keeper) first.release().close();
    else await first.exited();
    const { pid } = found.container;
    return { pid, pidfd: found.container.release() };
  } catch (error) {
    // The end of the socket is what init waits for after a failure; a handler's failure finds it elsewhere.
    init.channel[Symbol.dispose]();
    await first.end();
    if (found.container) await found.container.end();
    else await endUnknown(init.comm);
    throw error;
  }
}

interface Found {
  container?: Child;
  isComplete: boolean;
}

async function lead(
  channel: Channel,
  first: Child,
  found: Found,
  keeper: boolean,
  handlers: Handlers,
  abort: AbortSignal,
): Promise<void> {
  let going: Promise<void> | undefined;
  // Until init is waited for, it counts against the container's limit of pids.
  const letGo = (): void => {
    going = first.exited().then(() => goOn(channel));
    // What goes wrong comes out where it is awaited, unless another failure comes first.
    going.catch(() => {});
  };
  const reached = new Set<number>();
  for (;;) {
    const bytes = await channel.read(report_bytes, abort);
    if (bytes === null) return going;
    const report = decodeReport(bytes);
    if (report.kind === "failed") {
      throw handlers.failed(report.step, report.errno, found.container?.pid ?? first.pid);
    }
    if (report.kind === "hook") throw handlers.hookFailed(report.step, report.status);
    if (report.kind === "created") {
      found.container = childOf(report.pid, keeper);
      await handlers.created(report.pid, keeper ? first.pid : undefined);
      if (!handlers.complete && !handlers.mounted) letGo();
    } else if (report.stage === stage.idMaps) {
      await handlers.mapIds(report.pid);
      goOn(channel);
    } else reached.add(report.stage);
    // The container's process may be there before the first process has told of it.
    if (!found.container) continue;
    if (reached.delete(stage.mounted)) {
      await handlers.mounted?.(found.container.pid);
      goOn(channel);
      if (!handlers.complete) letGo();
    }
    if (!reached.has(stage.complete) || (keeper && !reached.has(stage.reaped))) continue;
    if (!keeper) await first.exited();
    handlers.complete?.(found.container.pid, found.container.release());
    found.isComplete = true;
    goOn(channel);
    return;
  }
}

/**
 * Between the clone and the report of it, the container's process is known by its name only: when init is killed
 * there, or when a step of the container fails before init has reported.
 */
async function endUnknown(comm: string): Promise<void> {
  for (const pid of childrenNamed(comm)) await new Child(pid).end();
}

/** One that a keeper has waited for already has no pid any more. */
function childOf(pid: number, keeper: boolean): Child {
  try {
    return new Child(pid, !keeper);
  } catch (error) {
    if (isErrno(error, "ESRCH")) throw killedEarly();
    throw error;
  }
}

/** Without a word: by a kernel that is short of memory, or by somebody. */
export function killedEarly(): WrunError {
  return new WrunError({
    code: "ERR_LAUNCH",
    message: "the container's first process was killed before it was complete",
    hint: "was the memory limit too small for a launch? `dmesg` tells of processes that the kernel killed",
  });
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
