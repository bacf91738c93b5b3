// Stopping a cgroup: cgroup-v2.rst cgroup.freeze, Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.

import {
  CgroupsFacts,
  CgroupsReach as Reach,
  CgroupsWrite as Write,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { Result } from "../../generated/as/cabi";
import { because, problem } from "../report";

function findOld(host: CgroupsFacts): i32 {
  for (let i: i32 = 0; i < host.hierarchies.length; i++)
    if (host.hierarchies[i].controllers.includes("freezer")) return i;
  return -1;
}

function findUnified(host: CgroupsFacts): i32 {
  for (let i: i32 = 0; i < host.hierarchies.length; i++) if (host.hierarchies[i].unified) return i;
  return -1;
}

function isReached(at: i32, host: CgroupsFacts): bool {
  return at >= 0 && host.hierarchies[at].writable != Reach.None;
}

export function freezing(frozen: bool, host: CgroupsFacts): Result<Write, Problem> {
  const old = findOld(host);
  const unified = findUnified(host);
  const what = frozen ? "every process stands still" : "the processes go on";
  if (isReached(old, host)) {
    const value = frozen ? "FROZEN" : "THAWED";
    const why = because(`freezer.state is ${value}: ${what}`);
    return Result.ok<Write, Problem>(new Write(<u32>old, "freezer.state", value, why, []));
  }
  if (isReached(unified, host)) {
    const value = frozen ? "1" : "0";
    const why = because(`cgroup.freeze is ${value}: ${what}`);
    return Result.ok<Write, Problem>(new Write(<u32>unified, "cgroup.freeze", value, why, []));
  }
  return Result.err<Write, Problem>(
    problem(
      ProblemCode.Absent,
      "",
      "this needs the cgroup controller `freezer`, or a v2 hierarchy, in which wrun may make cgroups",
      "run wrun as root, or have a cgroup delegated",
    ),
  );
}
