import { ContainerState, exists } from "../state/container.ts";
import { killProcess, takeAway, thaw } from "../state/remove.ts";
import { notFound, wrongState } from "./error.ts";
import { type Status, statusOf } from "./status.ts";

/**
 * Takes away a container: its cgroups and its state. One that has not been started yet is ended, as runc does it; one
 * that runs only with `force`. Rejects with ERR_NOT_FOUND and ERR_STATE_WRONG.
 */
export async function remove(id: string, { force = false } = {}): Promise<void> {
  const record = ContainerState.peek(id);
  if (!exists(id)) throw notFound(id);
  if (record?.owner === "detached" && record.status !== "creating") {
    return await removeDetached(id, force);
  }
  const state = ContainerState.adopt(id);
  // It may have ended between the two.
  if (!state && !exists(id)) throw notFound(id);
  if (!state) return endRunning(id, force);
  await removeState(state);
}

async function removeDetached(id: string, force: boolean): Promise<void> {
  if (force) return await seize(id);
  const state = await ContainerState.hold(id);
  if (!state) throw notFound(id);
  try {
    const record = state.read();
    const status = record ? statusOf(state.directory, record, true) : "stopped";
    if (status === "running" || status === "paused") throw notStopped(id, status);
  } catch (error) {
    state.release();
    throw error;
  }
  await removeState(state);
}

/** What cannot be removed is left for the next try. */
async function removeState(state: ContainerState): Promise<void> {
  try {
    await takeAway(state, state.read());
  } catch (error) {
    state.release();
    throw error;
  }
}

/** Of a wrun that lives: it removes the container itself when the process has ended. */
async function endRunning(id: string, force: boolean): Promise<void> {
  if (!force) throw notStopped(id, "running");
  await seize(id);
}

function notStopped(id: string, status: Status): Error {
  return wrongState(
    id,
    `cannot delete a container that is not stopped, but ${status}`,
    `wrun delete --force ${id} ends it first`,
  );
}

/** Ends the container's process, over and over, until whoever holds the lock has let go of it, or has removed it all. */
async function seize(id: string): Promise<void> {
  for (let waited_ms = 0; exists(id); waited_ms += pause_ms) {
    const state = ContainerState.adopt(id);
    if (state) return await removeState(state);
    if (waited_ms >= wait_ms_max) {
      throw wrongState(id, `another wrun has had the container for ${wait_ms_max / 1000} s`);
    }
    const record = ContainerState.peek(id);
    if (record) thaw(record);
    if (record?.process) await killProcess(record.process, "attached");
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

const wait_ms_max = 10_000;
const pause_ms = 20;
