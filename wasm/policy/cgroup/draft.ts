// What gathers while a plan is made: writes, problems, warnings, and where each controller is to be found.

import {
  CgroupsFacts,
  CgroupsFormulas as Formulas,
  CgroupsHierarchy as Hierarchy,
  CgroupsIoWeightFormula as IoWeightFormula,
  CgroupsReach as Reach,
  CgroupsValue as Value,
  CgroupsVersion as Version,
  CgroupsWeightFormula as WeightFormula,
  CgroupsWrite as Write,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { because, report } from "../report";
import { integer, limitOf, textOf } from "./current";

export const RESOURCES: string = "/linux/resources";

function delegation(controller: string): string {
  return (
    `have root put Delegate=cpu cpuset io memory pids under [Service] in /etc/systemd/system/user@.service.d/wrun.conf, ` +
    `log in anew, and run wrun below \`systemd-run --user --scope -p Delegate=yes\`; or run wrun as root` +
    (controller == "memory"
      ? " (a Raspberry Pi also needs cgroup_enable=memory on the kernel command line)"
      : "")
  );
}

/** What gets a controller that is not there; it is another thing on each kind of host. */
function remedy(controller: string, host: CgroupsFacts, isMounted: bool): string {
  if (host.version == Version.None) return "mount cgroup2 on /sys/fs/cgroup";
  if (host.version == Version.V2) {
    if (!host.privileged) return delegation(controller);
    return (
      `write +${controller} to cgroup.subtree_control from the root downwards, or let the surrounding container have it` +
      `; a kernel without it, or booted with cgroup_disable=${controller}, needs another one`
    );
  }
  // A v1 hierarchy is never safe in a user's hands (cgroup-v1/cgroups.rst), which is why systemd delegates none.
  if (isMounted) return "run wrun as root: cgroup v1 cannot be delegated to a user, cgroup v2 can";
  return (
    `as root: mkdir /sys/fs/cgroup/${controller} and mount -t cgroup -o ${controller} cgroup /sys/fs/cgroup/${controller}` +
    (controller == "memory"
      ? "; a Raspberry Pi also needs cgroup_enable=memory on the kernel command line"
      : "")
  );
}

export class Draft {
  writes: Write[] = [];
  problems: Problem[] = [];
  warnings: Problem[] = [];
  /** Is real-time asked for, which a new cgroup of v1 gets from its parents only? */
  isRealtime: bool = false;
  formulas: Formulas = new Formulas(WeightFormula.Quadratic, IoWeightFormula.Linear);
  private missing: string[] = [];

  /** `current` is what is in force in the cgroup, nothing for a new one. */
  constructor(
    public host: CgroupsFacts,
    public current: Value[],
  ) {}

  isUnified(hierarchy: i32): bool {
    return this.host.hierarchies[hierarchy].unified;
  }

  /** The hierarchy that has a controller, reachable or not; -1 when none has. */
  find(controller: string): i32 {
    for (let i: i32 = 0; i < this.host.hierarchies.length; i++)
      if (this.host.hierarchies[i].controllers.includes(controller)) return i;
    return -1;
  }

  text(hierarchy: i32, file: string): string {
    return textOf(this.current, hierarchy, file);
  }

  number(hierarchy: i32, file: string, otherwise: i64): i64 {
    return integer(this.text(hierarchy, file), otherwise);
  }

  limit(hierarchy: i32, file: string): i64 {
    return limitOf(this.text(hierarchy, file));
  }

  private isReached(hierarchy: Hierarchy): bool {
    return hierarchy.writable != Reach.None;
  }

  /**
   * The hierarchy in which a controller can be used, or -1 after a problem, told once for each controller.
   *
   * What asks for nothing but the value of a new cgroup (`isDefault`) is satisfied without the controller.
   */
  controller(name: string, pointer: string, isDefault: bool): i32 {
    const index = this.find(name);
    if (index >= 0 && this.isReached(this.host.hierarchies[index])) return index;
    if (isDefault || this.missing.includes(name)) return -1;
    this.missing.push(name);
    report(
      this.problems,
      ProblemCode.Absent,
      pointer,
      index < 0
        ? `this needs the cgroup controller \`${name}\`, which is not there`
        : `this needs the cgroup controller \`${name}\`, and wrun may make no cgroup in \`${this.host.hierarchies[index].mount}\``,
      remedy(name, this.host, index >= 0),
    );
    return -1;
  }

  /** A hierarchy that is there, or -1 after a problem when wrun may make no cgroup in it. */
  reached(index: i32, pointer: string): i32 {
    const hierarchy = this.host.hierarchies[index];
    if (this.isReached(hierarchy)) return index;
    this.refuse(
      ProblemCode.Absent,
      pointer,
      `wrun may make no cgroup in \`${hierarchy.mount}\``,
      "run wrun as root, or have a cgroup delegated",
    );
    return -1;
  }

  write(hierarchy: i32, file: string, value: string, rule: string, pointer: string): void {
    this.writes.push(
      new Write(
        <u32>hierarchy,
        file,
        value,
        because(`${file} is ${value}: ${rule}`, RESOURCES + pointer),
        [],
      ),
    );
  }

  /** A write of what a new cgroup has anyway, by a file that not every kernel has. */
  writeDefault(hierarchy: i32, file: string, value: string, rule: string, pointer: string): void {
    const why = because(`${file} is ${value}: ${rule}`, RESOURCES + pointer);
    this.writes.push(new Write(<u32>hierarchy, file, value, why, ["ENOENT"]));
  }

  refuse(code: ProblemCode, pointer: string, message: string, hint: string = ""): void {
    report(this.problems, code, RESOURCES + pointer, message, hint);
  }

  warn(code: ProblemCode, pointer: string, message: string, hint: string = ""): void {
    report(this.warnings, code, RESOURCES + pointer, message, hint);
  }
}
