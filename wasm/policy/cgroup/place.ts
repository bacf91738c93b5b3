// Where a container's cgroups are: linux.cgroupsPath, config-linux.md#cgroups-path.

import {
  CgroupsFacts,
  CgroupsHierarchy as Hierarchy,
  CgroupsPlace as Place,
  CgroupsReach as Reach,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { quote, report } from "../report";

const POINTER: string = "/linux/cgroupsPath";
/** NAME_MAX. */
const NAME_CHARS_MOST: i32 = 255;
const PATH_CHARS_MOST: i32 = 2048;
/** CGROUP_SUBSYS_COUNT is 16 at most, and a few named hierarchies may come on top. */
export const HIERARCHIES_MOST: i32 = 64;

/** Switched on wherever they are to be had, so that a limit can be set later and use can be read. */
const ENABLED: StaticArray<string> = ["cpu", "cpuset", "io", "memory", "pids"];

function isName(text: string): bool {
  if (text == "." || text == ".." || text.length > NAME_CHARS_MOST) return false;
  // cgroup_mkdir refuses a newline, for the sake of /proc/PID/cgroup; other control characters are no better.
  for (let i: i32 = 0; i < text.length; i++)
    if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) == 0x7f) return false;
  return true;
}

function isId(id: string): bool {
  if (id.length == 0 || !isName(id)) return false;
  for (let i: i32 = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    const isWord =
      (unit >= 0x30 && unit <= 0x39) ||
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x61 && unit <= 0x7a);
    // _ . + - are what the runtimes allow beside letters and digits.
    if (!isWord && unit != 0x5f && unit != 0x2e && unit != 0x2b && unit != 0x2d) return false;
  }
  return true;
}

/** The path without empty components, with a slash in front; "" when it is refused, with a problem. */
function normal(path: string, problems: Problem[]): string {
  let clean = "";
  const parts = path.length <= PATH_CHARS_MOST ? path.split("/") : [".."];
  for (let i: i32 = 0; i < parts.length; i++) {
    if (!isName(parts[i])) {
      clean = "";
      break;
    }
    if (parts[i].length) clean += "/" + parts[i];
  }
  if (!clean.length)
    report(
      problems,
      ProblemCode.Invalid,
      POINTER,
      `cgroupsPath ${quote(path)} is no path of a cgroup`,
      'neither "." nor ".." nor control characters may be in it, and it must not be the root',
    );
  return clean;
}

/** `slice:prefix:name` is for runtimes that ask systemd for a cgroup; taken as a path it would land at the root. */
function isSystemd(path: string): bool {
  return !path.includes("/") && path.split(":").length == 3;
}

/** The part of the path below `base`, from linux.cgroupsPath or wrun's own choice; "" after a problem. */
function relative(path: string, id: string, problems: Problem[]): string {
  if (path.length == 0) return "/wrun/" + id;
  if (!isSystemd(path)) return normal(path, problems);
  report(
    problems,
    ProblemCode.Unsupported,
    POINTER,
    `cgroupsPath ${quote(path)} is for systemd's cgroup driver`,
    "use the cgroupfs driver, whose paths have slashes",
  );
  return "";
}

function place(
  index: i32,
  hierarchy: Hierarchy,
  below: string,
  isAbsolute: bool,
  problems: Problem[],
): Place | null {
  const base = hierarchy.writable == Reach.Root ? "/" : hierarchy.own;
  const prefix = base == "/" ? "" : base;
  // An absolute path is one below the mount (a MUST of the runtime-spec), not below wherever wrun happens to be.
  if (isAbsolute && !below.startsWith(prefix + "/")) {
    report(
      problems,
      ProblemCode.Unsupported,
      POINTER,
      `cgroupsPath ${quote(below)} is outside of ${quote(base)}, where wrun may make cgroups`,
      "give a path without the leading slash, or run wrun as root",
    );
    return null;
  }
  const enable: string[] = [];
  for (let i: i32 = 0; i < ENABLED.length; i++)
    if (hierarchy.unified && hierarchy.controllers.includes(ENABLED[i])) enable.push(ENABLED[i]);
  const inherit = !hierarchy.unified && hierarchy.controllers.includes("cpuset");
  return new Place(<u32>index, isAbsolute ? below : prefix + below, base, enable, inherit, false);
}

export function tooManyHierarchies(host: CgroupsFacts, problems: Problem[]): void {
  report(
    problems,
    ProblemCode.TooMany,
    "",
    `a host with \`${host.hierarchies.length}\` cgroup hierarchies: there are ${HIERARCHIES_MOST} at most`,
  );
}

/** A cgroup in every hierarchy where one can be made; problems when the path or the id is not one. */
export function placesOf(
  path: string,
  id: string,
  host: CgroupsFacts,
  problems: Problem[],
): Place[] {
  const places: Place[] = [];
  if (!isId(id)) {
    report(
      problems,
      ProblemCode.Invalid,
      "",
      `${quote(id)} is no container id`,
      `1 to ${NAME_CHARS_MOST} letters, digits, "_", "+", "-" and ".", and neither "." nor ".."`,
    );
    return places;
  }
  if (host.hierarchies.length > HIERARCHIES_MOST) {
    tooManyHierarchies(host, problems);
    return places;
  }
  const below = relative(path, id, problems);
  if (!below.length) return places;
  for (let i: i32 = 0; i < host.hierarchies.length; i++) {
    if (host.hierarchies[i].writable == Reach.None) continue;
    const one = place(i, host.hierarchies[i], below, path.startsWith("/"), problems);
    if (one) places.push(one);
  }
  return places;
}
