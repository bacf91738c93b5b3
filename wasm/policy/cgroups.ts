// linux.resources as writes to cgroup files, on v1, v2 and hybrid hosts.

import {
  CgroupsChange as Change,
  CgroupsFacts,
  CgroupsFile as File,
  CgroupsIoWeightFormula as IoWeightFormula,
  CgroupsPlace as Place,
  CgroupsPlan,
  CgroupsResources as Resources,
  CgroupsValue as Value,
  CgroupsWeightFormula as WeightFormula,
  CgroupsWrite as Write,
  Problem,
  ProblemCode,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { planBlockIo } from "./cgroup/block-io";
import { planCpu } from "./cgroup/cpu";
import { planCpuset } from "./cgroup/cpuset";
import { Draft } from "./cgroup/draft";
import { freezing } from "./cgroup/freezer";
import { planHugepages } from "./cgroup/hugepages";
import { ioWeightOf } from "./cgroup/io-weight";
import { planMemory } from "./cgroup/memory";
import { planNetwork } from "./cgroup/network";
import { planPids } from "./cgroup/pids";
import { HIERARCHIES_MOST, placesOf, tooManyHierarchies } from "./cgroup/place";
import { planRdma } from "./cgroup/rdma";
import { readsOf } from "./cgroup/reads";
import { planUnified } from "./cgroup/unified";
import { weight } from "./cgroup/weight";
import { because, report } from "./report";

export function cpuWeight(shares: u64, formula: WeightFormula): u64 {
  return weight(shares, formula);
}

export function ioWeight(given: u64, formula: IoWeightFormula): u64 {
  return ioWeightOf(given, formula);
}

export function reads(host: CgroupsFacts): File[] {
  return readsOf(host);
}

export function freeze(frozen: bool, host: CgroupsFacts): Result<Write, Problem> {
  return freezing(frozen, host);
}

/** Every controller in turn; unified comes last and overrides. */
function planAll(resources: Resources, draft: Draft): void {
  if (resources.formulas) draft.formulas = resources.formulas!;
  const memory = resources.memory;
  if (memory) planMemory(memory, draft);
  const cpu = resources.cpu;
  if (cpu) {
    planCpu(cpu, draft);
    planCpuset(cpu, draft);
  }
  const pids = resources.pids;
  if (pids) planPids(pids.value, draft);
  const blockIo = resources.blockIo;
  if (blockIo) planBlockIo(blockIo, draft);
  const hugepages = resources.hugepageLimits;
  if (hugepages) planHugepages(hugepages, draft);
  const network = resources.network;
  if (network) planNetwork(network, draft);
  const rdma = resources.rdma;
  if (rdma) planRdma(rdma, draft);
  const unified = resources.unified;
  if (unified) planUnified(unified, draft);
}

export function update(
  resources: Resources,
  current: Value[],
  host: CgroupsFacts,
): Result<Change, Problem[]> {
  const draft = new Draft(host, current);
  if (host.hierarchies.length <= HIERARCHIES_MOST) planAll(resources, draft);
  else tooManyHierarchies(host, draft.problems);
  if (draft.problems.length) return Result.err<Change, Problem[]>(draft.problems);
  return Result.ok<Change, Problem[]>(new Change(draft.writes, draft.warnings));
}

/** What must be done to the parents of a new cgroup for these writes. */
function prepare(place: Place, draft: Draft): void {
  const hierarchy = draft.host.hierarchies[place.hierarchy];
  if (!hierarchy.unified) {
    place.inheritRealtime = draft.isRealtime && hierarchy.controllers.includes("cpu");
    return;
  }
  for (let i: i32 = 0; i < draft.writes.length; i++) {
    const write = draft.writes[i];
    const name = write.file.slice(0, write.file.indexOf("."));
    if (write.hierarchy != place.hierarchy || place.enable.includes(name)) continue;
    if (hierarchy.controllers.includes(name)) place.enable.push(name);
  }
}

export function decide(
  resources: Resources,
  path: string,
  id: string,
  host: CgroupsFacts,
): Result<CgroupsPlan, Problem[]> {
  const draft = new Draft(host, []);
  const places = placesOf(path, id, host, draft.problems);
  planAll(resources, draft);
  for (let i: i32 = 0; i < places.length; i++) prepare(places[i], draft);
  if (draft.problems.length) return Result.err<CgroupsPlan, Problem[]>(draft.problems);
  const pointer = path.length ? "/linux/cgroupsPath" : "";
  if (places.length == 0 && path.length)
    report(
      draft.warnings,
      ProblemCode.Unsupported,
      pointer,
      "cgroupsPath has no effect: wrun may make no cgroup on this host",
    );
  const why = places.length
    ? because(
        `a cgroup in each of the ${places.length} hierarchies that wrun may write to`,
        pointer,
      )
    : because("no hierarchy in which wrun may make a cgroup, and no limit that needs one", pointer);
  return Result.ok<CgroupsPlan, Problem[]>(
    new CgroupsPlan(places, draft.writes, why, draft.warnings),
  );
}
