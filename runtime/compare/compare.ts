/**
 * Where runc, crun or youki would write something else to the cgroup for the same config.json, on cgroup v2 by cgroupfs.
 *
 * The rules are those of the versions named in outcome.ts. What is not named here they write as wrun does, or it was not
 * compared: cpuset, hugepageLimits, throttles and unified.
 */
import type { Facts } from "../../shim/facts/types.ts";
import { type CgroupsResources, ComponentError, type Problem } from "../../wasm/generated/host.js";
import { WrunError } from "../error.ts";
import { cgroupsFacts } from "../policy/facts.ts";
import { policy } from "../policy/policy.ts";
import { cgroupResources } from "../policy/request.ts";
import type { Spec } from "../spec/types.ts";
import { memoryOf, swappinessOf } from "./memory.ts";
import { bandwidthOf, ioWeightOf, pidsOf, rdmaOf } from "./others.ts";
import { type Outcome, type Runtime, versions } from "./outcome.ts";

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

/** One part of the resources: what it asks for alone, the files that it is about, and what they do. */
interface Part {
  pointer: string;
  alone: CgroupsResources;
  files: string[];
  theirs: Outcome;
}

/** Compares. Throws ERR_FEATURE_MISSING where the controllers are not on cgroup v2. */
export function compare(spec: Spec, facts: Facts, runtime: Runtime): Comparison {
  if (facts.cgroup.version !== "v2") {
    throw new WrunError({
      code: "ERR_FEATURE_MISSING",
      message: `the comparison is about cgroup v2, and this host has \`${facts.cgroup.version}\``,
      hint: "give the facts of a host with cgroup v2: --facts FILE",
    });
  }
  const parts = partsOf(cgroupResources(spec), facts, runtime);
  const differences = parts.flatMap((part) => difference(part, spec, facts));
  return { runtime, version: versions[runtime], differences };
}

const at = "/linux/resources";

function partsOf(resources: CgroupsResources, facts: Facts, runtime: Runtime): Part[] {
  const { memory, cpu, pids, blockIo, rdma } = resources;
  const { bfq } = facts.cgroup.features;
  const parts: Part[] = [];
  const add = (pointer: string, alone: CgroupsResources, files: string[], theirs: Outcome) => {
    parts.push({ pointer: `${at}${pointer}`, alone, files, theirs });
  };
  if (memory?.limit !== undefined || memory?.swap !== undefined) {
    const { limit, swap } = memory;
    const files = ["memory.max", "memory.swap.max"];
    add("/memory", { memory: { limit, swap } }, files, memoryOf(runtime, memory));
  }
  if (memory?.swappiness !== undefined) {
    const { swappiness } = memory;
    add("/memory/swappiness", { memory: { swappiness } }, [], swappinessOf(runtime));
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
  return [{ pointer, theirs: left, ours: right, because: theirs.why, instead: ours.why }];
}

function shown(outcome: Outcome): string {
  if (outcome.kind === "error") return "refused";
  const list = [...outcome.writes].sort(([a], [b]) => (a < b ? -1 : 1));
  return list.map(([file, value]) => `${file} = ${value}`).join(", ") || "nothing written";
}
