// linux.resources as writes to cgroup files, on v1, v2 and hybrid hosts.

import {
  CgroupsFacts,
  CgroupsPlan,
  CgroupsResources as Resources,
  CgroupsWeightFormula as WeightFormula,
  Problem,
  ProblemCode,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { planCpu } from "./cgroup/cpu";
import { planCpuset } from "./cgroup/cpuset";
import { Draft } from "./cgroup/draft";
import { planMemory } from "./cgroup/memory";
import { planPids } from "./cgroup/pids";
import { placesOf } from "./cgroup/place";
import { weight } from "./cgroup/weight";
import { because, report } from "./report";

export function cpuWeight(shares: u64, formula: WeightFormula): u64 {
  return weight(shares, formula);
}

export function decide(
  resources: Resources,
  path: string,
  id: string,
  host: CgroupsFacts,
): Result<CgroupsPlan, Problem[]> {
  const draft = new Draft(host);
  const places = placesOf(path, id, host, draft.problems);
  const memory = resources.memory;
  if (memory) planMemory(memory, draft);
  const cpu = resources.cpu;
  if (cpu) {
    planCpu(cpu, draft);
    planCpuset(cpu, draft);
  }
  const pids = resources.pids;
  if (pids) planPids(pids.value, draft);
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
