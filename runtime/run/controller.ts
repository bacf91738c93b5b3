/** Makes controllers available in a container's cgroup: handed down on v2, filled in on v1. */
import { processes } from "../../shim/cgroup-processes.ts";
import { makeCgroup, openCgroup, readFile, writeFile } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { unlinkat } from "../../shim/files.ts";
import type { Decisions } from "../policy/decide.ts";

type Place = Decisions["cgroups"]["places"][number];

/**
 * A controller is there in a cgroup only when every ancestor hands it on (cgroup-v2.rst, "Enabling and Disabling").
 *
 * Throws SyscallError for a controller in `needed`; others are for counting, and a host may well refuse one.
 */
export function enableControllers(
  hierarchy: Fd,
  place: Pick<Place, "base" | "path" | "enable">,
  needed: ReadonlySet<string>,
): void {
  for (const ancestor of ancestors(place)) {
    using cgroup = openCgroup(hierarchy, ancestor);
    const enabled = readFile(cgroup, "cgroup.subtree_control").split(" ");
    const missing = place.enable.filter((name) => !enabled.includes(name));
    // First of all: `+cpu` with processes in it would make it the root of a threaded subtree, without memory for good.
    if (missing.length > 0 && ancestor === place.base && ancestor !== "/")
      leave(hierarchy, cgroup, ancestor);
    for (const name of missing) {
      try {
        writeFile(cgroup, "cgroup.subtree_control", `+${name}`);
      } catch (error) {
        if (needed.has(name) || !isErrno(error)) throw error;
      }
    }
  }
}

/** From `base`, whose cgroup is not wrun's to make, to the parent of the container's. */
export function ancestors({ base, path }: Pick<Place, "base" | "path">): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  const from = base.split("/").filter((part) => part !== "").length;
  return parts.slice(from).map((_, i) => `/${parts.slice(0, from + i).join("/")}`);
}

/** Where wrun, and what else is in a cgroup that was delegated to its user, goes to make room for containers. */
const refuge = "wrun.host";

/** A cgroup with processes of its own hands nothing on ("No Internal Process Constraint"): they go one level down. */
function leave(hierarchy: Fd, cgroup: Fd, base: string): void {
  if (processes(cgroup).length === 0) return;
  using inner = makeCgroup(hierarchy, `${base}/${refuge}`).fd;
  move(processes(cgroup), inner);
}

/** Undoes `leave`, when no container is left that needs it. */
export function comeBack(hierarchy: Fd, base: string): void {
  try {
    using inner = openCgroup(hierarchy, `${base}/${refuge}`);
    using cgroup = openCgroup(hierarchy, base);
    const enabled = readFile(cgroup, "cgroup.subtree_control").split(" ").filter(Boolean);
    if (enabled.length > 0) {
      writeFile(cgroup, "cgroup.subtree_control", enabled.map((name) => `-${name}`).join(" "));
    }
    move(processes(inner), cgroup);
    unlinkat(cgroup, refuge, "directory");
  } catch (error) {
    // ENOENT: nobody had left. EBUSY: another container is there, and the last one to go comes back.
    if (!isErrno(error, "ENOENT", "EBUSY", "ENOTEMPTY")) throw error;
  }
}

function move(pids: readonly number[], to: Fd): void {
  for (const pid of pids) {
    try {
      writeFile(to, "cgroup.procs", `${pid}`);
    } catch (error) {
      if (!isErrno(error, "ESRCH")) throw error;
    }
  }
}

/** v1: both files are empty in a new cgroup, and no process can enter before they are filled (cpusets(7)). */
export function inheritCpuset(hierarchy: Fd, path: string): void {
  const parts = path.split("/").filter((part) => part !== "");
  for (let i = 1; i <= parts.length; i++) {
    using parent = openCgroup(hierarchy, `/${parts.slice(0, i - 1).join("/")}`);
    using child = openCgroup(hierarchy, `/${parts.slice(0, i).join("/")}`);
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (readFile(child, file) === "") writeFile(child, file, readFile(parent, file));
    }
  }
}
