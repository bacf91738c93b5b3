/** What wrun and a starting init say to each other, from posix_spawn to execve. */
import type { Channel } from "../../shim/channel.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { startInit } from "../../shim/init.ts";
import { pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { decodeReport, report_bytes } from "../../shim/program/encode.ts";
import { exited } from "../../shim/wait.ts";

export interface Handlers {
  /** init has its own copies of the descriptors by now. */
  started(): void;
  /** init has made its user namespace and waits for the id maps. */
  mapIds(pid: number): Promise<void>;
  /** The container's process exists; it executes nothing of the user's before this has settled. */
  created(pid: number): Promise<void> | void;
  /** A step failed. The process still stands: its files can be looked at through /proc/PID. */
  failed(step: number, errno: number, pid: number): Promise<Error>;
}

/**
 * Starts init and leads it to the point where the user's program runs; answers with its pid and pidfd.
 *
 * Rejects with what `failed` makes of a failing step, or with what a handler throws; then nothing runs any more.
 */
export async function converse(
  program: Uint8Array,
  fds: readonly (readonly [number, number])[],
  handlers: Handlers,
): Promise<{ pid: number; pidfd: Fd }> {
  const init = startInit(program, fds);
  const first = pidfdOpen(init.pid);
  handlers.started();
  let container: { pid: number; pidfd: Fd } | undefined;
  try {
    for (;;) {
      const bytes = await init.channel.read(report_bytes);
      if (bytes === null) break;
      const report = decodeReport(bytes);
      if (report.kind === "failed") {
        throw await handlers.failed(report.step, report.errno, container?.pid ?? init.pid);
      }
      if (report.kind === "ready") await handlers.mapIds(init.pid);
      if (report.kind === "created") {
        container = { pid: report.pid, pidfd: pidfdOpen(report.pid) };
        await handlers.created(report.pid);
      }
      goOn(init.channel);
    }
    init.channel.close();
    await reap(first);
    if (!container) throw new RangeError("init ended without a container and without a report");
    return container;
  } catch (error) {
    // The end of the socket is what init waits for after a failure; a handler's failure finds it elsewhere.
    init.channel[Symbol.dispose]();
    await end(first);
    if (container) await end(container.pidfd);
    throw error;
  }
}

const sigkill = 9;

/** EPIPE: init was killed meanwhile; the next read says so. */
function goOn(channel: Channel): void {
  try {
    channel.write(new Uint8Array([1]));
  } catch (error) {
    if (!isErrno(error, "EPIPE", "ECONNRESET")) throw error;
  }
}

async function end(pidfd: Fd): Promise<void> {
  pidfdSendSignal(pidfd, sigkill);
  await reap(pidfd);
}

async function reap(pidfd: Fd): Promise<void> {
  try {
    await exited(pidfd);
  } finally {
    pidfd.close();
  }
}
