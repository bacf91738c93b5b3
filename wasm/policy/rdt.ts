// linux.intelRdt: which class of service a container is in; config-linux.md#intelrdt.

import {
  Problem,
  ProblemCode,
  RdtFacts as Facts,
  RdtPlan as Plan,
  RdtRequest as Request,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { isSame, knownIn, linesOf, resourceOf } from "./rdt/schemata";
import { because, quote, report } from "./report";

const CLASS = "/linux/intelRdt/closID";
/** rdtgroup_mkdir() takes any name; these are its own, and a line break would make its messages two lines. */
const RESERVED: string[] = [".", "..", "info", "mon_groups", "mon_data"];
const NAME_BYTES_MOST: i32 = 255;

function isName(name: string): bool {
  if (!name.length || String.UTF8.byteLength(name) > NAME_BYTES_MOST) return false;
  for (let i: i32 = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x20 || unit == 0x7f || unit == 0x2f) return false;
  }
  return !RESERVED.includes(name);
}

/** The `schemata` of a class, null when there is no such class. */
function schemataOf(name: string, host: Facts): string | null {
  for (let i: i32 = 0; i < host.classes.length; i++)
    if (host.classes[i].name == name) return host.classes[i].schemata;
  return null;
}

/** A class that is there belongs to others as well: it is used as it is, or not at all. */
function checkExisting(lines: string[], name: string, current: string, list: Problem[]): void {
  for (let i: i32 = 0; i < lines.length; i++) {
    if (isSame(lines[i], current)) continue;
    const there = knownIn(resourceOf(lines[i]), current);
    report(
      list,
      ProblemCode.Conflict,
      CLASS,
      `the class ${quote(name)} is there and has ${there.length ? quote(there) : "no such line"}, not ${quote(lines[i])}`,
      "give another closID, or leave the schemata out to use the class as it is",
    );
  }
}

function checkResources(lines: string[], host: Facts, list: Problem[]): void {
  const root = schemataOf("/", host);
  if (root == null) return;
  for (let i: i32 = 0; i < lines.length; i++) {
    const resource = resourceOf(lines[i]);
    if (knownIn(resource, root!).length) continue;
    report(
      list,
      ProblemCode.Absent,
      "/linux/intelRdt",
      `this host has no ${quote(resource)} to share out`,
      "the file `schemata` of resctrl's root names what it has",
    );
  }
}

export function decide(request: Request, id: string, host: Facts): Result<Plan, Problem[]> {
  const problems: Problem[] = [];
  if (!host.mount.length) {
    report(
      problems,
      ProblemCode.Absent,
      "/linux/intelRdt",
      "no resctrl filesystem is mounted here",
      "mount it: mount -t resctrl resctrl /sys/fs/resctrl (the CPU must have it, and the kernel CONFIG_X86_CPU_RESCTRL)",
    );
    return Result.err<Plan, Problem[]>(problems);
  }
  const named = request.closId != null;
  const name = named ? request.closId! : id;
  const isRoot = name == "/";
  if (!isRoot && !isName(name))
    report(
      problems,
      ProblemCode.Invalid,
      CLASS,
      `${quote(name)} is not the name of a directory that resctrl can make`,
    );
  const warnings: Problem[] = [];
  const lines = linesOf(request, problems, warnings);
  checkResources(lines, host, problems);
  const current = schemataOf(name, host);
  if (current != null) {
    checkExisting(lines, name, current!, problems);
    if (!named)
      report(
        problems,
        ProblemCode.Conflict,
        CLASS,
        `there is a class ${quote(name)} already, and it is not this container's`,
        "give a closID to use a class that is there",
      );
  } else if (named && !lines.length && !problems.length)
    report(
      problems,
      ProblemCode.Absent,
      CLASS,
      `there is no class ${quote(name)}, and nothing says what it is to have`,
      "make it before, or give schemata",
    );
  if (request.enableMonitoring && !host.monitoring)
    report(
      problems,
      ProblemCode.Unsupported,
      "/linux/intelRdt/enableMonitoring",
      "resctrl cannot count here: it has no info/L3_MON",
      "leave it out",
    );
  if (problems.length) return Result.err<Plan, Problem[]>(problems);
  const directory = isRoot ? "" : name;
  const above = isRoot ? "" : name + "/";
  const rule = current != null ? "a class that is there" : "a class of its own";
  return Result.ok<Plan, Problem[]>(
    new Plan(
      directory,
      current == null,
      lines.length ? lines.join("\n") + "\n" : "",
      request.enableMonitoring ? `${above}mon_groups/${id}` : "",
      because(rule, named ? CLASS : "/linux/intelRdt"),
      warnings,
    ),
  );
}
