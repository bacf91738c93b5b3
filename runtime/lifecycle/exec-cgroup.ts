/** Which cgroups a program enters that `exec` starts: the container's, or those below that were asked for. */
import { readFileSync } from "node:fs";
import { openCgroup, openHierarchy, readFile, segments } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { WrunError } from "../error.ts";
import type { CgroupEntry } from "../launch/cgroup-entry.ts";
import { openEntry } from "../run/cgroup.ts";
import type { RecordedCgroup, StateRecord } from "../state/record.ts";

export interface EnteredCgroup {
  /** The hierarchy's mount point. */
  mount: string;
  /** Below the mount. */
  path: string;
}

/**
 * One in each hierarchy of the container. `asked`: `[CONTROLLER[,CONTROLLER]:]PATH`, as runc has it: below the container's
 * cgroup, for these controllers (v1) or for all.
 *
 * Throws ERR_USAGE for a path that leads out, and for a controller that no hierarchy of the container has.
 */
export function enteredCgroups(record: StateRecord, asked: readonly string[]): EnteredCgroup[] {
  const below = asked.map((text) => parse(text, record));
  return record.cgroups.map((own) => {
    const { mount, path } = own;
    const last = below.findLast(({ applies }) => applies(own));
    if (last) return { mount, path: `${path === "/" ? "" : path}/${last.path}` };
    return { mount, path: isInner(own) ? pathOfFirst(record, own) : path };
  });
}

function parse(
  text: string,
  { cgroups }: StateRecord,
): { path: string; applies: (own: RecordedCgroup) => boolean } {
  const [, names, given = ""] = /^(?:([a-z0-9_,=]+):)?(.*)$/s.exec(text) ?? [];
  const path = below(text, given);
  const isV2 = cgroups.every(({ mount }) => isUnified(mount));
  // A hierarchy without controllers (hybrid's v2, a named one) is nobody's to ask for.
  if (names === undefined)
    return { path, applies: ({ controllers }) => isV2 || controllers.length > 0 };
  if (isV2)
    throw wrong(text, "on cgroup v2 all controllers are in one cgroup: give the path alone");
  const wanted = names.split(",");
  const unknown = wanted.find((name) => !cgroups.some((own) => own.controllers.includes(name)));
  if (unknown !== undefined) throw wrong(text, `the container has no cgroup with \`${unknown}\``);
  return { path, applies: ({ controllers }) => wanted.some((name) => controllers.includes(name)) };
}

function below(text: string, path: string): string {
  try {
    const parts = segments(path);
    if (parts.length > 0) return parts.join("/");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw wrong(text, "it is a path below the container's own cgroup, without `..`");
}

function wrong(text: string, hint: string): WrunError {
  return new WrunError({ code: "ERR_USAGE", message: `\`--cgroup\` is \`${text}\``, hint });
}

/**
 * v2 lets no process into a cgroup that hands controllers on to others below ("no internal processes", cgroup-v2.rst): an
 * init in the container, such as systemd, has then moved itself and all else down.
 */
function isInner({ mount, path }: RecordedCgroup): boolean {
  if (!isUnified(mount)) return false;
  using hierarchy = openHierarchy(mount);
  try {
    using cgroup = openCgroup(hierarchy, path);
    return readFile(cgroup, "cgroup.subtree_control") !== "";
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENODEV")) return false;
    throw error;
  }
}

function isUnified(mount: string): boolean {
  using hierarchy = openHierarchy(mount);
  try {
    readFile(hierarchy, "cgroup.controllers");
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

/** Where the container's first process has gone, as long as that is below its own. */
function pathOfFirst({ process }: StateRecord, { path }: RecordedCgroup): string {
  const text = readFileSync(`/proc/${process?.pid}/cgroup`, "utf8");
  const now = /^0::(.*)$/m.exec(text)?.[1] ?? path;
  return now.startsWith(`${path}/`) ? now : path;
}

/** What init enters each by. Throws ERR_CGROUP. */
export function openEntered(
  cgroups: readonly EnteredCgroup[],
  entries: readonly CgroupEntry[],
): Fd[] {
  const open: Fd[] = [];
  try {
    cgroups.forEach(({ mount, path }, i) => {
      open.push(openAt(mount, path, entries[i] ?? "cgroup.procs"));
    });
    return open;
  } catch (error) {
    for (const fd of open) fd.close();
    throw error;
  }
}

function openAt(mount: string, path: string, entry: CgroupEntry): Fd {
  try {
    using hierarchy = openHierarchy(mount);
    using cgroup = openCgroup(hierarchy, path);
    return openEntry(cgroup, entry);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new WrunError({
      code: "ERR_CGROUP",
      message: `cannot enter the cgroup \`${mount}${path}\`: ${error.errno}`,
      ...(error.errno === "ENOENT" && { hint: "`--cgroup` makes none: it has to be there" }),
      errno: error.errno,
      syscall: error.syscall,
      path: `${mount}${path}`,
      cause: error,
    });
  }
}
