import { readdirSync, readlinkSync } from "node:fs";
import { allProcesses } from "../../shim/cgroup-processes.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { notFound, notRunning } from "./error.ts";
import { statusOf } from "./status.ts";

/**
 * The pids of all processes of a container, those that `exec` made among them, as wrun sees them, sorted.
 *
 * By its cgroup; without one by its pid namespace. Throws ERR_NOT_FOUND, ERR_STATE_WRONG when it has stopped.
 */
export function processesOf(id: string): number[] {
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  const status = statusOf(directory, record);
  if (status === "stopped" || status === "creating") throw notRunning(id, status);
  const pids = record.cgroups.length > 0 ? inCgroup(record) : inNamespace(record);
  return pids.sort((a, b) => a - b);
}

function inCgroup({ id, cgroups: [cgroup] }: StateRecord): number[] {
  if (!cgroup) return [];
  try {
    using hierarchy = openHierarchy(cgroup.mount);
    using directory = openCgroup(hierarchy, cgroup.path);
    return allProcesses(directory);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENODEV")) throw notRunning(id, "stopped");
    throw error;
  }
}

/** Where the container has none of its own, only the first is known. */
function inNamespace({ process, namespaces }: StateRecord): number[] {
  if (!process) return [];
  const isOwn = namespaces.some(({ type, action }) => type === "pid" && action === "create");
  const own = isOwn && namespaceOf(process.pid);
  if (!own) return [process.pid];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === own)
    .map(Number);
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}
