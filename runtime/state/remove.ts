/** Takes away what a container has left: its processes, its cgroups, its state. In this order, all of it or an error. */
import { existsSync, writeFileSync } from "node:fs";
import { killCgroup } from "../../shim/cgroup-processes.ts";
import { removeCgroups, removeIfEmpty } from "../../shim/cgroup-removal.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { ended, reap } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import { comeBack } from "../run/controller.ts";
import { removeRdt } from "../run/rdt.ts";
import { takeBackRealtime } from "../run/realtime.ts";
import { ContainerState, listIds } from "./container.ts";
import {
  bootId,
  identify,
  type ProcessIdentity,
  type RecordedCgroup,
  type StateRecord,
} from "./record.ts";

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

/**
 * Takes away a container with its state, and runs the poststop hooks after it. What cannot be removed is left, with its
 * record and its lock, for the next try.
 */
export async function takeAway(state: ContainerState, record: StateRecord | null): Promise<void> {
  if (record) await removeRecorded(record);
  state.remove();
  if (!record || record.hooks.poststop.length === 0) return;
  const { runPoststop } = await import("../hook/poststop.ts");
  await runPoststop(record);
}

/** Ends and removes everything in a record. Rejects with SyscallError EBUSY when a cgroup does not get empty. */
export async function removeRecorded(record: StateRecord): Promise<void> {
  if (record.bootId !== bootId()) return;
  thaw(record);
  if (record.process) await killProcess(record.process, record.owner);
  // It has nothing to wait for any more.
  if (record.keeper) await killProcess(record.keeper, record.owner);
  if (record.rdt) removeRdt(record.rdt);
  if (record.unit) await stopUnit(record.unit, record);
  for (const cgroup of record.cgroups) {
    using hierarchy = openHierarchy(cgroup.mount);
    await removeCgroup(hierarchy, cgroup);
    if (cgroup.left !== "") comeBack(hierarchy, cgroup.left);
  }
}

/** Where no cgroup is left of it, and no bus to ask, there was no unit: that is why there is no container. */
async function stopUnit(unit: string, { bus = "system", cgroups }: StateRecord): Promise<void> {
  const { stopScope } = await import("../systemd/scope.ts");
  try {
    stopScope(unit, bus);
  } catch (error) {
    if (cgroups.some(({ mount, path }) => existsSync(`${mount}${path}`))) throw error;
  }
}

async function removeCgroup(hierarchy: Fd, cgroup: RecordedCgroup): Promise<void> {
  const { made, mount, controllers } = cgroup;
  const path = made.at(-1);
  if (path === undefined) return;
  const hasCpu = controllers.includes("cpu");
  if (hasCpu) takeBackRealtime(mount, made);
  if (removeIfEmpty(hierarchy, made)) return;
  await emptyCgroup(hierarchy, path);
  if (hasCpu) takeBackRealtime(mount, made);
  await removeCgroups(hierarchy, made);
}

/**
 * v1: what is frozen does not die before it is thawed (freezer-subsystem.rst). A cgroup that was there before, and that no
 * process of the container has come to, is somebody else's to thaw.
 */
export function thaw({ freezer, process, keeper, cgroups }: StateRecord): void {
  if (!freezer.endsWith("/freezer.state")) return;
  const isMade = ({ mount, made }: RecordedCgroup): boolean =>
    made.some((path) => `${mount}${path}/freezer.state` === freezer);
  if (!process && !keeper && !cgroups.some(isMade)) return;
  try {
    writeFileSync(freezer, "THAWED");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** SIGKILL, and waits for the end. What is `attached` has somebody who takes its status. */
export async function killProcess(
  process: ProcessIdentity,
  owner: StateRecord["owner"],
): Promise<void> {
  using pidfd = openProcess(process);
  if (!pidfd) return;
  try {
    pidfdSendSignal(pidfd, sigkill);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
  await ended(pidfd);
  if (owner === "detached") reap(pidfd);
}

async function emptyCgroup(hierarchy: Fd, path: string): Promise<void> {
  try {
    using cgroup = openCgroup(hierarchy, path);
    await killCgroup(cgroup);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENODEV")) throw error;
  }
}

/**
 * Removes the containers whose wrun was killed: whoever makes a container calls it first. What resists is left for the
 * next. One that is detached is nobody's only as long as it is not complete.
 */
export async function reapOrphans(): Promise<string[]> {
  const reaped: string[] = [];
  for (const id of listIds()) {
    // Looked at first, so that a command that comes to it finds the lock free.
    if (!mayBeOrphan(peek(id))) continue;
    const state = ContainerState.adopt(id);
    if (!state) continue;
    try {
      const record = state.read();
      if (!mayBeOrphan(record)) {
        state.release();
        continue;
      }
      await takeAway(state, record);
      reaped.push(id);
    } catch {
      state.release();
    }
  }
  return reaped;
}

function mayBeOrphan(record: StateRecord | "unknown" | null): boolean {
  if (record === "unknown") return false;
  return record === null || record.owner === "attached" || record.status === "creating";
}

/** Another version's record is not ours to judge. */
function peek(id: string): StateRecord | "unknown" | null {
  try {
    return ContainerState.peek(id);
  } catch (error) {
    if (error instanceof WrunError) return "unknown";
    throw error;
  }
}
