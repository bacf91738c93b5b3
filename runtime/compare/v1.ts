/**
 * What the other runtimes write to the files of cgroup v1 by cgroupfs. Cpusets, throttles, devices, network classes and
 * priorities they write as they are given, as wrun does. Not compared: the cgroups above the container, to which wrun gives
 * the real-time that it takes.
 */
import type {
  CgroupsFeatures,
  CgroupsMemory,
  CgroupsResources,
} from "../../wasm/generated/host.js";
import { pidsOf, rdmaOf } from "./others.ts";
import { error, type Outcome, type Part, type Runtime, writes } from "./outcome.ts";

const none = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };
const everywhere = { cpus: "", mems: "" };

/** Part by part, each with what it asks for alone. */
export function partsOfV1(
  resources: CgroupsResources,
  features: CgroupsFeatures,
  runtime: Runtime,
): Part[] {
  return [
    ...memoryParts(resources.memory ?? {}, runtime),
    ...cpuParts(resources, runtime),
    ...otherParts(resources, features, runtime),
  ];
}

function memoryParts(memory: CgroupsMemory, runtime: Runtime): Part[] {
  const { limit, swap, reservation, swappiness, kernel, kernelTcp } = memory;
  const parts: Part[] = [];
  if (limit !== undefined || swap !== undefined) {
    const files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
    const theirs = limits(runtime, limit, swap);
    parts.push({ pointer: "/memory", alone: { memory: { limit, swap } }, files, theirs });
  }
  if (reservation !== undefined) {
    const text = runtime === "crun" ? `${BigInt.asUintN(64, reservation)}` : `${reservation}`;
    const isLeft = runtime !== "crun" && reservation === 0n;
    const why = runtime === "crun" ? "the number without a sign" : "0 counts as not given";
    const theirs = writes(why, { "memory.soft_limit_in_bytes": isLeft ? undefined : text });
    const alone = { memory: { reservation } };
    const files = ["memory.soft_limit_in_bytes"];
    parts.push({ pointer: "/memory/reservation", alone, files, theirs });
  }
  if (swappiness !== undefined) {
    const isBeyond = swappiness > 100n && runtime !== "crun";
    const theirs = isBeyond
      ? error("a swappiness above 100")
      : writes("as it is given", { "memory.swappiness": `${swappiness}` });
    const alone = { memory: { swappiness } };
    parts.push({ pointer: "/memory/swappiness", alone, files: ["memory.swappiness"], theirs });
  }
  const of = (name: string, file: string, value: bigint | undefined, alone: CgroupsMemory) => {
    if (value === undefined) return;
    const theirs =
      runtime === "runc"
        ? writes("it does nothing with the kernel's memory", {})
        : writes("as it is given", { [file]: `${value}` });
    parts.push({ pointer: `/memory/${name}`, alone: { memory: alone }, files: [file], theirs });
  };
  of("kernel", "memory.kmem.limit_in_bytes", kernel, { kernel });
  of("kernelTCP", "memory.kmem.tcp.limit_in_bytes", kernelTcp, { kernelTcp });
  return parts;
}

/** The kernel keeps the limit of memory and swap at or above that of memory; a new cgroup has neither. */
function limits(runtime: Runtime, limit?: bigint, swap?: bigint): Outcome {
  const isKept = (value: bigint | undefined) =>
    value === undefined || (value === 0n && runtime !== "crun");
  const both = limit === -1n && isKept(swap) && runtime !== "crun" ? -1n : swap;
  if ((limit ?? 0n) < -1n || (both ?? 0n) < -1n)
    return error("it writes a value below -1, and the kernel refuses");
  if (
    !isKept(both) &&
    both !== -1n &&
    (isKept(limit) || limit === -1n || (both ?? 0n) < (limit ?? 0n))
  )
    return error("the kernel refuses a limit of memory and swap below that of memory");
  if (runtime === "crun" && limit === 0n)
    return error("it writes 0, and with no memory at all no process starts");
  if (runtime === "crun" && limit === 0n)
    return error("it writes 0, and with no memory at all no process starts");
  const why = runtime === "crun" ? "what is given is written, 0 too" : "0 counts as not given";
  return writes(
    limit === -1n && swap !== both ? "without a limit of memory swap has none either" : why,
    {
      "memory.limit_in_bytes": isKept(limit) ? undefined : `${limit}`,
      "memory.memsw.limit_in_bytes": isKept(both) ? undefined : `${both}`,
    },
  );
}

function cpuParts({ cpu }: CgroupsResources, runtime: Runtime): Part[] {
  if (!cpu) return [];
  const { shares, quota, period, realtimeRuntime, realtimePeriod } = cpu;
  const parts: Part[] = [];
  if (shares !== undefined) {
    const alone = { cpu: { ...everywhere, shares } };
    parts.push({
      pointer: "/cpu/shares",
      alone,
      files: ["cpu.shares"],
      theirs: sharesOf(runtime, shares),
    });
  }
  const given = (value: bigint | undefined) => (value ? `${value}` : undefined);
  const zero = "0 counts as not given";
  if (quota !== undefined || period !== undefined) {
    const alone = { cpu: { ...everywhere, quota, period } };
    const files = ["cpu.cfs_quota_us", "cpu.cfs_period_us"];
    const values = { "cpu.cfs_quota_us": given(quota), "cpu.cfs_period_us": given(period) };
    parts.push({ pointer: "/cpu", alone, files, theirs: writes(zero, values) });
  }
  if (realtimeRuntime !== undefined || realtimePeriod !== undefined) {
    const alone = { cpu: { ...everywhere, realtimeRuntime, realtimePeriod } };
    const files = ["cpu.rt_runtime_us", "cpu.rt_period_us"];
    const values = {
      "cpu.rt_runtime_us": given(realtimeRuntime),
      "cpu.rt_period_us": given(realtimePeriod),
    };
    const theirs = writes(zero, values);
    parts.push({ pointer: "/cpu/realtimeRuntime", alone, files, theirs });
  }
  return parts;
}

const shares_most = 262_144n;

function sharesOf(runtime: Runtime, shares: bigint): Outcome {
  if (shares === 0n) return writes("0 counts as not given", {});
  if (runtime === "runc" && (shares < 2n || shares > shares_most))
    return error("it reads back what the kernel made of the number, and that is another");
  if (runtime === "crun") {
    return writes("32 bits of the number", { "cpu.shares": `${BigInt.asUintN(32, shares)}` });
  }
  return writes("as it is given", { "cpu.shares": `${shares}` });
}

function otherParts(
  { pids, blockIo, hugepageLimits, rdma }: CgroupsResources,
  { bfq, cfq, hugepageSizes }: CgroupsFeatures,
  runtime: Runtime,
): Part[] {
  const parts: Part[] = [];
  if (pids !== undefined) {
    const theirs = pidsOf(runtime, pids);
    parts.push({ pointer: "/pids/limit", alone: { pids }, files: ["pids.max"], theirs });
  }
  if (blockIo?.weight) {
    const { weight } = blockIo;
    const file = bfq ? "blkio.bfq.weight" : cfq ? "blkio.weight" : undefined;
    const theirs = file
      ? writes("as it is given", { [file]: `${weight}` })
      : error("there is no file for a weight: ENOENT");
    const alone = { blockIo: { ...none, weight } };
    const files = ["blkio.bfq.weight", "blkio.weight"];
    parts.push({ pointer: "/blockIO/weight", alone, files, theirs });
  }
  const pages = (hugepageLimits ?? []).filter((one) => hugepageSizes.includes(one.pageSize));
  if (pages.length > 0) {
    const isBoth = runtime === "runc";
    const values = pages.flatMap(({ pageSize, limit }) => [
      [`hugetlb.${pageSize}.limit_in_bytes`, `${limit}`],
      ...(isBoth ? [[`hugetlb.${pageSize}.rsvd.limit_in_bytes`, `${limit}`]] : []),
    ]);
    const files = pages.flatMap(({ pageSize }) => [
      `hugetlb.${pageSize}.limit_in_bytes`,
      `hugetlb.${pageSize}.rsvd.limit_in_bytes`,
    ]);
    const why = isBoth ? "what is used and what is reserved" : "what is reserved it does not limit";
    const theirs = writes(why, Object.fromEntries(values));
    parts.push({ pointer: "/hugepageLimits", alone: { hugepageLimits: pages }, files, theirs });
  }
  if (rdma !== undefined && rdma.length > 0) {
    const lines = rdma.map(({ device, handles, objects }) =>
      [
        device,
        ...(handles === undefined ? [] : [`hca_handle=${handles}`]),
        ...(objects === undefined ? [] : [`hca_object=${objects}`]),
      ].join(" "),
    );
    parts.push({
      pointer: "/rdma",
      alone: { rdma },
      files: ["rdma.max"],
      theirs: rdmaOf(runtime, lines),
    });
  }
  return parts;
}
