/** Makes a container's cgroups and writes its limits, before any process is in them. */
import { makeCgroup, openCgroup, openHierarchy, readFile, writeFile } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Hierarchy } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { open_flags, openat2, resolve_own } from "../../shim/files.ts";
import { type CgroupEntry, cgroupEntries, type EntryHow } from "../launch/cgroup-entry.ts";
import type { Decisions } from "../policy/decide.ts";
import type { StateRecord } from "../state/record.ts";
import { cannotMake, cannotWrite, frozen } from "./cgroup-error.ts";
import { ancestors, enableControllers, inheritCpuset } from "./controller.ts";
import { lendRealtime } from "./realtime.ts";

type Plan = Decisions["cgroups"];
type Place = Plan["places"][number];
type Write = Plan["writes"][number];

/** The cgroups of one container, open. */
export class Cgroups {
  /** What init enters each place by, in the order of the plan. */
  readonly entries: Fd[] = [];
  readonly #plan: Plan;
  readonly #hierarchies: readonly Hierarchy[];
  readonly #directories = new Map<number, Fd>();

  private constructor(plan: Plan, hierarchies: readonly Hierarchy[]) {
    this.#plan = plan;
    this.#hierarchies = hierarchies;
  }

  /** Throws WrunError ERR_CGROUP; what was made by then is in what `absentCgroups` had answered. */
  static make(
    decisions: Pick<Decisions, "cgroups" | "namespaces">,
    hierarchies: readonly Hierarchy[],
    how: EntryHow,
  ): Cgroups {
    const plan = decisions.cgroups;
    const entries = cgroupEntries(decisions, hierarchies, how);
    const cgroups = new Cgroups(plan, hierarchies);
    try {
      plan.places.forEach((place, i) => {
        cgroups.#makePlace(place, entries[i] ?? "cgroup.procs");
      });
      cgroups.#checkThawed();
      using _held = cgroups.#lendRealtime();
      for (const write of plan.writes) if (!isLate(write)) cgroups.#write(write);
      return cgroups;
    } catch (error) {
      cgroups.close();
      throw error;
    }
  }

  /** Limits that count init itself, which passes through the cgroup: written when the container's process exists. */
  limitLate(): void {
    for (const write of this.#plan.writes) if (isLate(write)) this.#write(write);
  }

  /** The open cgroup in a hierarchy, by its index, undefined when none was made there. */
  at(hierarchy: number): Fd | undefined {
    return this.#directories.get(hierarchy);
  }

  /** The open cgroup that has this controller. */
  withController(name: string): Fd | undefined {
    const place = this.#plan.places.find((p) =>
      this.#hierarchies[p.hierarchy]?.controllers.includes(name),
    );
    return place && this.at(place.hierarchy);
  }

  get directories(): Fd[] {
    return [...this.#directories.values()];
  }

  close(): void {
    for (const fd of [...this.entries, ...this.#directories.values()]) fd[Symbol.dispose]();
  }

  #makePlace(place: Place, entry: CgroupEntry): void {
    const { mount } = this.#hierarchies[place.hierarchy] as Hierarchy;
    try {
      using hierarchy = openHierarchy(mount);
      const fd = makeCgroup(hierarchy, place.path).fd;
      this.#directories.set(place.hierarchy, fd);
      if (place.enable.length > 0) enableControllers(hierarchy, place, this.#needed());
      if (place.inheritCpuset) inheritCpuset(hierarchy, place.path);
      this.entries.push(openEntry(fd, entry));
    } catch (error) {
      if (isErrno(error)) throw cannotMake(place.path, error);
      throw error;
    }
  }

  /** init would stand still in it, and wrun wait for it (config-linux.md#control-groups). */
  #checkThawed(): void {
    for (const { hierarchy, path } of this.#plan.places) {
      const { unified, controllers, mount } = this.#hierarchies[hierarchy] as Hierarchy;
      if (!unified && !controllers.includes("freezer")) continue;
      const cgroup = this.at(hierarchy) as Fd;
      const state = readFile(cgroup, unified ? "cgroup.events" : "freezer.state");
      if (/^(FROZEN|FREEZING|frozen 1)$/m.test(state)) throw frozen(`${mount}${path}`);
    }
  }

  #lendRealtime(): Fd | null {
    const place = this.#plan.places.find(({ inheritRealtime }) => inheritRealtime);
    const cgroup = place && this.at(place.hierarchy);
    if (!place || !cgroup) return null;
    const { mount } = this.#hierarchies[place.hierarchy] as Hierarchy;
    const number = (file: string) =>
      Number(
        this.#plan.writes.find((write) => write.file === file)?.value ?? readFile(cgroup, file),
      );
    const share = {
      runtime_us: number("cpu.rt_runtime_us"),
      period_us: number("cpu.rt_period_us"),
    };
    return lendRealtime(mount, ancestors(place).slice(1), share);
  }

  /** Controllers whose files are written: `memory` of `memory.max`. */
  #needed(): Set<string> {
    return new Set(this.#plan.writes.map(({ file }) => file.split(".")[0] ?? ""));
  }

  #write(write: Write): void {
    const directory = this.#directories.get(write.hierarchy);
    if (!directory) throw new RangeError(`${write.file} is for a cgroup that was not made`);
    try {
      writeFile(directory, write.file, write.value);
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (!write.ignore.includes(error.errno)) throw cannotWrite(write, error);
    }
  }
}

/** Throws SyscallError. */
export function openEntry(cgroup: Fd, entry: CgroupEntry): Fd {
  const how = { resolve: resolve_own };
  return entry === "clone" || entry === "attached"
    ? openat2(cgroup, ".", open_flags.path | open_flags.directory, how)
    : openat2(cgroup, entry, open_flags.write, how);
}

/** With pids.max at 1, init could not clone; no instruction of the user's has run yet when it is written. */
function isLate({ file }: Write): boolean {
  return file === "pids.max";
}

/**
 * What making the cgroups of a plan will add, to be written down before: those that are not there yet, outermost first.
 *
 * And `/wrun` in any case, since its maker may be gone before: the last container to go takes it away, until then it is
 * busy.
 */
export function absentCgroups(
  plan: Plan,
  hierarchies: readonly Hierarchy[],
): StateRecord["cgroups"] {
  return plan.places.map(({ hierarchy, path, base, enable }) => {
    const { mount, controllers } = hierarchies[hierarchy] as Hierarchy;
    using root = openHierarchy(mount);
    const made = prefixes(path).filter(
      (prefix) => prefix.endsWith("/wrun") || !exists(root, prefix),
    );
    return { mount, path, controllers, made, left: enable.length > 0 && base !== "/" ? base : "" };
  });
}

function prefixes(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
}

function exists(hierarchy: Fd, path: string): boolean {
  try {
    openCgroup(hierarchy, path).close();
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
