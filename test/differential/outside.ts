/** What the host sees of a container: its namespaces and the files of its cgroups. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { probe } from "../../shim/facts/probe.ts";
import type { Hierarchy } from "../../shim/facts/types.ts";

/** Files of both versions; those of other controllers than wrun's are here to find what is set by accident. */
const files = [
  ...["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes"],
  ...["memory.kmem.limit_in_bytes", "memory.swappiness", "memory.oom_control"],
  ...["memory.use_hierarchy", "memory.move_charge_at_immigrate"],
  ...["cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.cfs_burst_us", "cpu.idle"],
  ...["cpuset.cpus", "cpuset.mems", "cpuset.cpu_exclusive", "cpuset.memory_migrate"],
  ...["pids.max", "devices.list", "freezer.state", "blkio.bfq.weight"],
  ...["cgroup.clone_children", "notify_on_release", "hugetlb.2MB.limit_in_bytes"],
  ...["memory.max", "memory.swap.max", "memory.high", "memory.low", "memory.min"],
  ...["memory.oom.group", "cpu.weight", "cpu.weight.nice", "cpu.max", "cpu.max.burst"],
  ...["cgroup.max.depth", "cgroup.max.descendants", "cgroup.type", "cgroup.subtree_control"],
];

/** Sections by name. */
export function outside(pid: number): [string, string[]][] {
  const hierarchies = probe().cgroup.hierarchies;
  const cgroups = readFileSync(`/proc/${pid}/cgroup`, "utf8").trimEnd().split("\n");
  const sections: [string, string[]][] = [["outside: cgroups", [...cgroups]]];
  for (const line of cgroups) {
    const [, controllers = "", path = ""] = line.split(":");
    const hierarchy = hierarchies.find((h) => nameOf(h) === controllers);
    if (hierarchy)
      sections.push([`outside: cgroup ${controllers}`, limits(`${hierarchy.mount}${path}`)]);
  }
  return [...sections, ["outside: namespaces", namespaces(pid)]];
}

/** As /proc/PID/cgroup has it. */
function nameOf({ unified, name, controllers }: Hierarchy): string {
  if (unified) return "";
  return name ? `name=${name}` : controllers.join(",");
}

function limits(cgroup: string): string[] {
  const { uid, gid } = statSync(cgroup);
  const lines = [`owner ${uid}:${gid}`];
  for (const file of files) {
    const path = join(cgroup, file);
    if (!existsSync(path)) continue;
    const read = readFileSync(path, "utf8").trimEnd().split("\n");
    // What is on the list of v1 is allowed; in which order it was written does not matter.
    if (file === "devices.list") read.sort();
    for (const line of read) lines.push(`${file} ${line}`);
  }
  return lines;
}

function namespaces(pid: number): string[] {
  return readdirSync("/proc/self/ns").map((kind) => {
    const same = readlinkSync(`/proc/self/ns/${kind}`) === readlinkSync(`/proc/${pid}/ns/${kind}`);
    return `${kind} ${same ? "the host's" : "its own"}`;
  });
}

/** Cgroups that have one of these names, and one of the places where runtimes put theirs. */
export function cgroupsLeft(names: readonly string[]): string[] {
  return probe().cgroup.hierarchies.flatMap(({ mount, own }) => {
    const parents = [...new Set([mount, join(mount, "wrun"), join(mount, own, ".")])];
    const paths = names.flatMap((name) => parents.map((parent) => join(parent, name)));
    return [...new Set(paths)].filter((path) => existsSync(path));
  });
}
