import { readdirSync } from "node:fs";
import { readText } from "./text.ts";
import type { CgroupFeatures, Facts, Hierarchy } from "./types.ts";

/** A host without any of them. */
export const no_features: CgroupFeatures = {
  bfq: false,
  cfq: false,
  iocost: false,
  realtime: false,
  kernelMemory: false,
  kernelTcp: false,
  hugepageSizes: [],
  rdmaDevices: [],
};

/** Reads names of files only, and of few directories: what is asked for seldom must not cost every launch much. */
export function probeFeatures(
  hierarchies: readonly Hierarchy[],
  kernel: Facts["kernel"],
): CgroupFeatures {
  const old = (controller: string) =>
    hierarchies.find(({ unified, controllers }) => !unified && controllers.includes(controller));
  const rootOf = (controller: string) => {
    const found = old(controller);
    return found ? names(found.mount) : [];
  };
  const unified = hierarchies.find((hierarchy) => hierarchy.unified);
  const [blkio, memory] = [rootOf("blkio"), rootOf("memory")];
  return {
    // Weights are missing in the root, whose other files tell who is there.
    bfq: old("blkio") ? blkio.some(isOf("blkio.bfq.")) : hasBfq(),
    cfq: blkio.some(isOf("blkio.leaf_weight")),
    iocost: unified !== undefined && hasIocost(unified),
    realtime: rootOf("cpu").includes("cpu.rt_runtime_us"),
    kernelMemory: isBefore(kernel, 5, 16) && memory.includes("memory.kmem.limit_in_bytes"),
    kernelTcp: memory.includes("memory.kmem.tcp.limit_in_bytes"),
    hugepageSizes: hugepageSizes(names("/sys/kernel/mm/hugepages")),
    rdmaDevices: names("/sys/class/infiniband"),
  };
}

/** `hugepages-2048kB` and so on as hugetlb calls them (mem_fmt in mm/hugetlb_cgroup.c), smallest first. */
export function hugepageSizes(directories: readonly string[]): string[] {
  return directories
    .flatMap((name) => /^hugepages-(\d+)kB$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((kibibytes) => {
      if (kibibytes >= 1 << 20) return `${kibibytes / (1 << 20)}GB`;
      return kibibytes >= 1 << 10 ? `${kibibytes / (1 << 10)}MB` : `${kibibytes}KB`;
    });
}

/** The weights of v2 are in no root either, but any disk lists the schedulers that are loaded. */
function hasBfq(): boolean {
  return names("/sys/block").some((disk) =>
    /\bbfq\b/.test(readText(`/sys/block/${disk}/queue/scheduler`) ?? ""),
  );
}

/** Only the true root has the model's settings, and only the others have a weight. */
function hasIocost({ mount, own }: Hierarchy): boolean {
  return names(mount).includes("io.cost.qos") || names(`${mount}${own}`).includes("io.weight");
}

function isOf(prefix: string): (name: string) => boolean {
  return (name) => name.startsWith(prefix);
}

function isBefore({ major, minor }: Facts["kernel"], than: number, and: number): boolean {
  return major < than || (major === than && minor < and);
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
