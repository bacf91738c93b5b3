/**
 * Where runc, crun or youki would write something else to the cgroup for the same config.json, by cgroupfs.
 *
 * The rules are those of the versions named in outcome.ts. What is not named here they write as wrun does: cpuset, cpu.idle
 * and cpu.burst as they are given, cpu.weight by the newer formula.
 */
import type { Facts } from "../../shim/facts/types.ts";
import { type CgroupsResources, ComponentError, type Problem } from "../../wasm/generated/host.js";
import { WrunError } from "../error.ts";
import { cgroupsFacts } from "../policy/facts.ts";
import { policy } from "../policy/policy.ts";
import { cgroupResources } from "../policy/request.ts";
import type { Spec } from "../spec/types.ts";
import { throttleParts, unifiedParts, weightParts } from "./devices.ts";
import { memoryOf } from "./memory.ts";
import { hugepagesOf, missingOf, reservationOf } from "./missing.ts";
import { bandwidthOf, ioWeightOf, pidsOf, rdmaOf } from "./others.ts";
import { type Outcome, type Part, type Runtime, versions } from "./outcome.ts";
import { partsOfV1 } from "./v1.ts";

export interface Difference {
  /** JSON pointer into config.json. */
  pointer: string;
  /** `memory.max = 67108864`, `nothing written`, `refused`. */
  theirs: string;
  ours: string;
  /** The rule that they follow, and the one that wrun does. */
  because: string;
  instead: string;
}

export interface Comparison {
  runtime: Runtime;
  version: string;
  differences: Difference[];
}

/** Compares, by the rules of the version that the memory controller is on. Throws ERR_FEATURE_MISSING without cgroups. */
export function compare(spec: Spec, facts: Facts, runtime: Runtime): Comparison {
  const { version, features, hierarchies } = facts.cgroup;
  if (version === "none") {
    throw new WrunError({
      code: "ERR_FEATURE_MISSING",
      message: "the comparison is about cgroups, and this host has none",
      hint: "give the facts of a host with cgroups: --facts FILE",
    });
  }
  const resources = cgroupResources(spec);
  const isV1 = hierarchies.some(
    ({ unified, controllers }) => !unified && controllers.includes("memory"),
  );
  const parts = isV1 ? partsOfV1(resources, features, runtime) : partsOf(resources, facts, runtime);
  const differences = parts.flatMap((part) => difference(part, spec, facts));
  return { runtime, version: versions[runtime], differences };
}

const at = "/linux/resources";

function partsOf(resources: CgroupsResources, facts: Facts, runtime: Runtime): Part[] {
  const { memory, cpu, pids, blockIo, rdma } = resources;
  const { bfq } = facts.cgroup.features;
  const parts: Part[] = [];
  const add = (pointer: string, alone: CgroupsResources, files: string[], theirs: Outcome) => {
    parts.push({ pointer, alone, files, theirs });
  };
  if (memory?.limit !== undefined || memory?.swap !== undefined) {
    const { limit, swap } = memory;
    const files = ["memory.max", "memory.swap.max"];
    add("/memory", { memory: { limit, swap } }, files, memoryOf(runtime, memory));
  }
  if (memory?.reservation !== undefined) {
    const { reservation } = memory;
    const theirs = reservationOf(runtime, reservation);
    add("/memory/reservation", { memory: { reservation } }, ["memory.low"], theirs);
  }
  for (const { pointer, name, alone } of ofV1(resources)) {
    add(pointer, alone, [], missingOf(runtime, name));
  }
  if (cpu?.quota !== undefined || cpu?.period !== undefined) {
    const { quota, period } = cpu;
    const alone = { cpu: { quota, period, cpus: "", mems: "" } };
    add("/cpu", alone, ["cpu.max"], bandwidthOf(runtime, cpu));
  }
  if (pids !== undefined) add("/pids/limit", { pids }, ["pids.max"], pidsOf(runtime, pids));
  if (blockIo?.weight !== undefined) {
    const none = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };
    const theirs = ioWeightOf(runtime, BigInt(blockIo.weight), bfq);
    const files = ["io.weight", "io.bfq.weight"];
    add("/blockIO/weight", { blockIo: { weight: blockIo.weight, ...none } }, files, theirs);
  }
  if (blockIo !== undefined)
    parts.push(...throttleParts(blockIo), ...weightParts(runtime, blockIo, bfq));
  parts.push(...unifiedParts(resources.unified ?? []));
  const { hugepageSizes } = facts.cgroup.features;
  const limits = resources.hugepageLimits?.filter((one) => hugepageSizes.includes(one.pageSize));
  if (limits !== undefined && limits.length > 0) {
    const files = limits.flatMap(({ pageSize }) => {
      return [`hugetlb.${pageSize}.max`, `hugetlb.${pageSize}.rsvd.max`];
    });
    add("/hugepageLimits", { hugepageLimits: limits }, files, hugepagesOf(runtime, limits));
  }
  if (rdma !== undefined && rdma.length > 0) {
    const lines = rdma.map(({ device, handles, objects }) =>
      [
        device,
        ...(handles === undefined ? [] : [`hca_handle=${handles}`]),
        ...(objects === undefined ? [] : [`hca_object=${objects}`]),
      ].join(" "),
    );
    add("/rdma", { rdma }, ["rdma.max"], rdmaOf(runtime, lines));
  }
  return parts;
}

/** What is asked for that only v1 has, each alone. */
function ofV1({ memory = {}, cpu, blockIo, network }: CgroupsResources) {
  const { swappiness, disableOomKiller, kernel, kernelTcp } = memory;
  const found: { pointer: string; name: string; alone: CgroupsResources }[] = [];
  const add = (isGiven: boolean, pointer: string, name: string, alone: CgroupsResources) => {
    if (isGiven) found.push({ pointer, name, alone });
  };
  add(swappiness !== undefined, "/memory/swappiness", "swappiness", { memory: { swappiness } });
  const killer = { memory: { disableOomKiller } };
  add(disableOomKiller === true, "/memory/disableOOMKiller", "disableOOMKiller", killer);
  add((kernel ?? 0n) > 0n, "/memory/kernel", "kernel", { memory: { kernel } });
  add((kernelTcp ?? 0n) > 0n, "/memory/kernelTCP", "kernelTCP", { memory: { kernelTcp } });
  const { realtimeRuntime, realtimePeriod } = cpu ?? {};
  const realtime = { cpu: { realtimeRuntime, realtimePeriod, cpus: "", mems: "" } };
  add((realtimeRuntime ?? 0n) > 0n, "/cpu/realtimeRuntime", "realtimeRuntime", realtime);
  const { leafWeight } = blockIo ?? {};
  const none = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };
  const leaf = { blockIo: { leafWeight, ...none } };
  add((leafWeight ?? 0) > 0, "/blockIO/leafWeight", "leafWeight", leaf);
  const isNetwork = network !== undefined && (network.classId ?? network.priorities.length) > 0;
  add(isNetwork, "/network", "network classes and priorities", { network });
  return found;
}

/** What wrun does, asked for this part alone: what is wrong in one must not hide the others. */
function decided({ alone, files }: Part, spec: Spec, facts: Facts): Outcome {
  try {
    const path = spec.linux?.cgroupsPath ?? "";
    const plan = policy().cgroups.decide(alone, path, "compare", cgroupsFacts(facts));
    const written = plan.writes.filter(({ file }) => files.includes(file));
    const values = new Map<string, string>();
    for (const { file, value } of written) {
      const before = values.get(file);
      values.set(file, before === undefined ? value : `${before}, ${value}`);
    }
    const why = written.map(({ why }) => why.rule).join("; ");
    return { kind: "writes", writes: values, why: why || "it asks for what a new cgroup has" };
  } catch (thrown) {
    if (!(thrown instanceof ComponentError)) throw thrown;
    const problems = thrown.payload as Problem[];
    return { kind: "error", why: problems.map(({ message }) => message).join("; ") };
  }
}

function difference(part: Part, spec: Spec, facts: Facts): Difference[] {
  const ours = decided(part, spec, facts);
  const [left, right] = [shown(part.theirs), shown(ours)];
  if (left === right) return [];
  const { pointer, theirs } = part;
  return [
    {
      pointer: `${at}${pointer}`,
      theirs: left,
      ours: right,
      because: theirs.why,
      instead: ours.why,
    },
  ];
}

function shown(outcome: Outcome): string {
  if (outcome.kind === "error") return "refused";
  const list = [...outcome.writes].sort(([a], [b]) => (a < b ? -1 : 1));
  return list.map(([file, value]) => `${file} = ${value}`).join(", ") || "nothing written";
}
