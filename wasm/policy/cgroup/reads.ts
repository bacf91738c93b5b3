// What an update has to know of a cgroup.

import {
  CgroupsFacts,
  CgroupsFile as File,
  CgroupsHierarchy as Hierarchy,
} from "../../generated/as/types";

const MEMORY: StaticArray<string> = [
  "memory.max",
  "memory.swap.max",
  "memory.current",
  "memory.swap.current",
];
const MEMORY_OLD: StaticArray<string> = [
  "memory.limit_in_bytes",
  "memory.memsw.limit_in_bytes",
  "memory.usage_in_bytes",
  "memory.memsw.usage_in_bytes",
];
const CPU: StaticArray<string> = ["cpu.idle", "cpu.max", "cpu.max.burst"];
const CPU_OLD: StaticArray<string> = [
  "cpu.idle",
  "cpu.cfs_quota_us",
  "cpu.cfs_period_us",
  "cpu.cfs_burst_us",
  "cpu.rt_runtime_us",
  "cpu.rt_period_us",
];

function add(files: File[], hierarchy: i32, names: StaticArray<string>): void {
  for (let i: i32 = 0; i < names.length; i++) files.push(new File(<u32>hierarchy, names[i]));
}

function isIn(hierarchy: Hierarchy, controller: string): bool {
  return hierarchy.controllers.includes(controller);
}

export function readsOf(host: CgroupsFacts): File[] {
  const files: File[] = [];
  for (let i: i32 = 0; i < host.hierarchies.length; i++) {
    const hierarchy = host.hierarchies[i];
    if (isIn(hierarchy, "memory")) add(files, i, hierarchy.unified ? MEMORY : MEMORY_OLD);
    if (isIn(hierarchy, "cpu")) add(files, i, hierarchy.unified ? CPU : CPU_OLD);
  }
  return files;
}
