import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { Channel } from "../../shim/channel.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { decodeReport, report_bytes } from "../../shim/program/encode.ts";
import { connectUnix } from "../../shim/unix-socket.ts";
import { ended, reap } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import { ContainerState } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { openProcess, takeAway } from "../state/remove.ts";
import { start_socket } from "../state/tail.ts";
import { notFound, wrongState } from "./error.ts";
import { type Status, statusOf } from "./status.ts";

export interface StartOptions {
  /** Where a service manager listens: it is told when the program says that it is ready, and until then start waits. */
  notifySocket?: string;
}

/**
 * Lets the program of a container run that was created; resolves when it does, and the hooks after it are done.
 *
 * Rejects with ERR_NOT_FOUND, with ERR_STATE_WRONG for a container that is not `created`, and with what went wrong when
 * the program cannot be executed; then the container has stopped. When a hook fails the container is gone.
 */
export async function start(id: string, { notifySocket }: StartOptions = {}): Promise<void> {
  const owner = ContainerState.peek(id)?.owner;
  if (owner === "attached") throw cannotStart(id, "running");
  const state = await ContainerState.hold(id);
  if (!state) throw notFound(id);
  try {
    const record = state.read();
    if (!record) throw notFound(id);
    const status = statusOf(state.directory, record, true);
    if (status !== "created") throw cannotStart(id, status);
    if (notifySocket === undefined) return await startHeld(state, record);
    const { Notify } = await import("./notify.ts");
    using notify = new Notify(state.directory);
    using process = record.process && openProcess(record.process);
    await startHeld(state, record);
    // It may take its time, and others have to get at the container meanwhile.
    state.release();
    if (process) await notify.pass(notifySocket, record.process?.pid ?? 0, process);
  } finally {
    state.release();
  }
}

async function startHeld(state: ContainerState, record: StateRecord): Promise<void> {
  state.write({ ...record, status: "starting" });
  try {
    await letGo(state.directory, record);
    state.write({ ...record, status: "running" });
    unlinkSync(join(state.directory, start_socket));
    await runPoststart(record);
  } catch (error) {
    // runtime.md#lifecycle, 7 and 9: on to 12, which destroys the container.
    if (error instanceof WrunError && error.code === "ERR_HOOK") await takeAway(state, record);
    throw error;
  }
}

async function runPoststart(record: StateRecord): Promise<void> {
  const { poststart } = record.hooks;
  if (poststart.length === 0) return;
  const [{ runHooks }, { hookState }] = await Promise.all([
    import("../hook/run.ts"),
    import("../hook/state.ts"),
  ]);
  const state = hookState(record, "running", record.process?.pid);
  await runHooks("poststart", poststart, state, record.bundle || "/");
}

function cannotStart(id: string, status: Status): Error {
  if (status === "stopped") return wrongState(id, "cannot start a container that has stopped");
  if (status === "running") return wrongState(id, "cannot start an already running container");
  return wrongState(id, `cannot start a container that is ${status}`);
}

/** A byte, and then nothing but the end of the connection, which execve closes, or the report of a failure. */
async function letGo(directory: string, record: StateRecord): Promise<void> {
  using channel = new Channel(connect(directory, record.id));
  using process = record.process && openProcess(record.process);
  const bytes = await say(channel, record.id);
  if (bytes === null) return;
  const { explainStart } = await import("./failure.ts");
  const error = explainStart(directory, record, decodeReport(bytes));
  // It has stood still to be looked at; the end of the connection is its own.
  channel.close();
  if (process) {
    await ended(process);
    reap(process);
  }
  throw error;
}

/** Null at the end of the connection: the program runs. */
async function say(channel: Channel, id: string): Promise<Uint8Array | null> {
  try {
    channel.write(new Uint8Array([1]));
    return await channel.read(report_bytes);
  } catch (error) {
    // It ended after it was connected to, before it had listened.
    if (isErrno(error, "EPIPE", "ECONNRESET")) throw cannotStart(id, "stopped");
    throw error;
  }
}

function connect(directory: string, id: string): Fd {
  try {
    return connectUnix(join(directory, start_socket));
  } catch (error) {
    if (isErrno(error, "ECONNREFUSED", "ENOENT")) throw cannotStart(id, "stopped");
    throw error;
  }
}
