/** Takes away what a container has left: its processes, its cgroups, its state. In this order, all of it or an error. */

import { killCgroup } from "../../shim/cgroup-processes.ts";
import { removeCgroups, removeIfEmpty } from "../../shim/cgroup-removal.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { ended } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import { ContainerState, exists, listIds } from "./container.ts";
import { bootId, identify, type ProcessIdentity, type StateRecord } from "./record.ts";

const sigkill = 9;

/** The container's process as a pidfd, null when it has ended. Opened first, compared then: the pid cannot pass on. */
export function openProcess({ pid, started }: ProcessIdentity): Fd | null {
  try {
    const pidfd = pidfdOpen(pid);
    if (identify(pid)?.started === started) return pidfd;
    pidfd.close();
    return null;
  } catch (error) {
    if (isErrno(error, "ESRCH")) return null;
    throw error;
  }
}

/** Ends and removes everything in a record. Rejects with SyscallError EBUSY when a cgroup does not get empty. */
export async function removeRecorded(record: StateRecord): Promise<void> {
  if (record.bootId !== bootId()) return;
  if (record.process) await killProcess(record.process);
  for (const { mount, made } of record.cgroups) {
    const path = made.at(-1);
    if (path === undefined) continue;
    using hierarchy = openHierarchy(mount);
    if (removeIfEmpty(hierarchy, made)) continue;
    await emptyCgroup(hierarchy, path);
    await removeCgroups(hierarchy, made);
  }
}

async function killProcess(process: ProcessIdentity): Promise<void> {
  using pidfd = openProcess(process);
  if (!pidfd) return;
  try {
    pidfdSendSignal(pidfd, sigkill);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
  await ended(pidfd);
}

async function emptyCgroup(hierarchy: Fd, path: string): Promise<void> {
  try {
    using cgroup = openCgroup(hierarchy, path);
    await killCgroup(cgroup);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENODEV")) throw error;
  }
}

/** Removes the containers whose wrun was killed: every command calls it first. What resists is left for the next. */
export async function reapOrphans(): Promise<string[]> {
  const reaped: string[] = [];
  for (const id of listIds()) {
    const state = ContainerState.adopt(id);
    if (!state) continue;
    try {
      const record = state.read();
      if (record) await removeRecorded(record);
      state.remove();
      reaped.push(id);
    } catch {
      state.release();
    }
  }
  return reaped;
}

/** `wrun delete`. A container that runs is ended only with `force`, and then removed by the wrun that runs it. */
export async function remove(id: string, { force = false } = {}): Promise<void> {
  if (!exists(id)) throw notFound(id);
  const state = ContainerState.adopt(id);
  // It may have ended between the two.
  if (!state && !exists(id)) throw notFound(id);
  if (!state) return endRunning(id, force);
  const record = state.read();
  if (record) await removeRecorded(record);
  state.remove();
}

function notFound(id: string): WrunError {
  return new WrunError({ code: "ERR_NOT_FOUND", message: `there is no container \`${id}\`` });
}

async function endRunning(id: string, force: boolean): Promise<void> {
  if (!force) {
    throw new WrunError({
      code: "ERR_STATE_WRONG",
      message: `the container \`${id}\` is running`,
      hint: `wrun delete --force ${id} ends it first`,
    });
  }
  for (let left = wait_ms_max; exists(id) && left > 0; left -= pause_ms) {
    const state = ContainerState.adopt(id);
    if (state) {
      const record = state.read();
      if (record) await removeRecorded(record);
      state.remove();
      return;
    }
    const process = readProcess(id);
    if (process) await killProcess(process);
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
  if (exists(id)) {
    throw new WrunError({
      code: "ERR_STATE_WRONG",
      message: `the container \`${id}\` did not end within ${wait_ms_max / 1000} s`,
    });
  }
}

const wait_ms_max = 10_000;
const pause_ms = 20;

function readProcess(id: string): ProcessIdentity | null {
  return ContainerState.peek(id)?.process ?? null;
}
