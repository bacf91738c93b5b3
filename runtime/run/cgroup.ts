/** Makes a container's cgroups and writes its limits, before any process is in them. */

import { makeCgroup, openCgroup, openHierarchy, readFile, writeFile } from "../../shim/cgroupfs.ts";
import { isErrno, type SyscallError } from "../../shim/error.ts";
import type { Hierarchy } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { open_flags, openat2, resolve_own } from "../../shim/files.ts";
import { WrunError } from "../error.ts";
import type { Decisions } from "../policy/decide.ts";

type Plan = Decisions["cgroups"];
type Place = Plan["places"][number];

/** The cgroups of one container, open. */
export class Cgroups {
  /** cgroup.procs of each place, in the order of the plan. */
  readonly procs: Fd[] = [];
  readonly made: { mount: string; made: string[] }[] = [];
  readonly #directories = new Map<number, Fd>();

  /** Told after each cgroup, so that what exists is on disk before the next one is made. */
  static make(
    plan: Plan,
    hierarchies: readonly Hierarchy[],
    told: (made: { mount: string; made: string[] }[]) => void,
  ): Cgroups {
    const cgroups = new Cgroups();
    try {
      for (const place of plan.places) {
        cgroups.#makePlace(place, hierarchies[place.hierarchy] as Hierarchy);
        told(cgroups.made);
      }
      for (const write of plan.writes) if (!isLate(write)) cgroups.#write(write);
      return cgroups;
    } catch (error) {
      cgroups.close();
      throw error;
    }
  }

  /** Limits that count init itself, which passes through the cgroup: written when the container's process exists. */
  limitLate(plan: Plan): void {
    for (const write of plan.writes) if (isLate(write)) this.#write(write);
  }

  /** The open directory of the cgroup that has this controller. */
  directory(plan: Plan, hierarchies: readonly Hierarchy[], controller: string): Fd | undefined {
    const place = plan.places.find((p) =>
      hierarchies[p.hierarchy]?.controllers.includes(controller),
    );
    return place && this.#directories.get(place.hierarchy);
  }

  /** The open cgroup in a hierarchy, by its index, undefined when none was made there. */
  at(hierarchy: number): Fd | undefined {
    return this.#directories.get(hierarchy);
  }

  get directories(): Fd[] {
    return [...this.#directories.values()];
  }

  close(): void {
    for (const fd of [...this.procs, ...this.#directories.values()]) fd[Symbol.dispose]();
  }

  #makePlace(place: Place, { mount }: Hierarchy): void {
    try {
      using hierarchy = openHierarchy(mount);
      if (place.enable.length > 0) enableAlong(hierarchy, place);
      const { fd, made } = makeCgroup(hierarchy, place.path);
      this.#directories.set(place.hierarchy, fd);
      this.made.push({ mount, made: owned(place.path, made) });
      if (place.enable.length > 0) enableAlong(hierarchy, place);
      if (place.inheritCpuset) inheritCpuset(hierarchy, place.path);
      const flags = open_flags.write;
      this.procs.push(openat2(fd, "cgroup.procs", flags, { resolve: resolve_own }));
    } catch (error) {
      if (isErrno(error)) throw cannotMake(place.path, error);
      throw error;
    }
  }

  #write({ hierarchy, file, value, ignore, why }: Plan["writes"][number]): void {
    const directory = this.#directories.get(hierarchy);
    if (!directory) throw new RangeError(`${file} is written in a cgroup that was not made`);
    try {
      writeFile(directory, file, value);
    } catch (error) {
      if (isErrno(error, ...ignore) && ignore.length > 0) return;
      if (isErrno(error)) throw cannotWrite(file, value, why, error);
      throw error;
    }
  }
}

/** With pids.max at 1, init could not clone; no instruction of the user's has run yet when it is written. */
function isLate({ file }: { file: string }): boolean {
  return file === "pids.max";
}

/**
 * What goes with the container: the cgroups it made, and `/wrun` whoever made it, since its maker may be gone before.
 * The last container to go takes it away; before that it is busy.
 */
function owned(path: string, made: string[]): string[] {
  const prefixes = path
    .split("/")
    .map((_, i, parts) => parts.slice(0, i + 1).join("/"))
    .filter((prefix) => /(^|\/)wrun$/.test(prefix));
  return [...new Set([...prefixes, ...made])].sort((a, b) => a.length - b.length);
}

/** A controller is there in a cgroup only when every ancestor hands it on (cgroup-v2.rst, "Enabling and Disabling"). */
function enableAlong(hierarchy: Fd, { path, enable }: Place): void {
  const parts = path.split("/").filter((part) => part !== "");
  for (let i = 0; i < parts.length; i++) {
    const ancestor = `/${parts.slice(0, i).join("/")}`;
    try {
      using cgroup = openCgroup(hierarchy, ancestor);
      const enabled = readFile(cgroup, "cgroup.subtree_control").split(" ");
      const missing = enable.filter((name) => !enabled.includes(name));
      if (missing.length > 0) {
        writeFile(cgroup, "cgroup.subtree_control", missing.map((name) => `+${name}`).join(" "));
      }
    } catch (error) {
      // Not made yet: this runs once before and once after the cgroup is made.
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }
}

/** v1: both files are empty in a new cgroup, and no process can enter before they are filled (cpusets(7)). */
function inheritCpuset(hierarchy: Fd, path: string): void {
  const parts = path.split("/").filter((part) => part !== "");
  for (let i = 1; i <= parts.length; i++) {
    using parent = openCgroup(hierarchy, `/${parts.slice(0, i - 1).join("/")}`);
    using child = openCgroup(hierarchy, `/${parts.slice(0, i).join("/")}`);
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (readFile(child, file) === "") writeFile(child, file, readFile(parent, file));
    }
  }
}

function cannotMake(path: string, error: SyscallError): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `cannot make the cgroup \`${path}\`: ${error.errno}`,
    because: error.message,
    ...(error.errno === "EBUSY"
      ? {
          hint: "a cgroup v2 that has processes of its own hands no controllers on; run wrun in a scope of its own: systemd-run --user --scope -p Delegate=yes wrun …",
        }
      : {}),
    errno: error.errno,
    syscall: error.syscall,
    path,
    cause: error,
  });
}

function cannotWrite(
  file: string,
  value: string,
  why: { rule: string; pointer: string },
  error: SyscallError,
): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `cannot write \`${value}\` to \`${file}\`: ${error.errno}`,
    because: why.rule,
    ...(why.pointer ? { pointer: why.pointer } : {}),
    errno: error.errno,
    syscall: error.syscall,
    path: error.path ?? file,
    cause: error,
  });
}
