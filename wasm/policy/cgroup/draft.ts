// What gathers while a plan is made: writes, problems, warnings, and where each controller is to be found.

import {
  CgroupsFacts,
  CgroupsHierarchy as Hierarchy,
  CgroupsReach as Reach,
  CgroupsVersion as Version,
  CgroupsWrite as Write,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { because, report } from "../report";

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
  private missing: string[] = [];

  constructor(public host: CgroupsFacts) {}

  isUnified(hierarchy: i32): bool {
    return this.host.hierarchies[hierarchy].unified;
  }

  private find(controller: string): i32 {
    for (let i: i32 = 0; i < this.host.hierarchies.length; i++)
      if (this.host.hierarchies[i].controllers.includes(controller)) return i;
    return -1;
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
