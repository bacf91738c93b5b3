/** New limits for a container that is there: from those in force, by writes that the kernel takes one after the other. */
import { dirname } from "node:path";
import { openCgroup, openHierarchy, readFile, writeFile } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import type { CgroupsChange, CgroupsValue, Problem } from "../../wasm/generated/host.js";
import { WrunError } from "../error.ts";
import { cgroupsFacts } from "../policy/facts.ts";
import { policy } from "../policy/policy.ts";
import { collect, type Finding, isSome, problemError } from "../policy/problem.ts";
import { cgroupResources } from "../policy/request.ts";
import { cannotWrite } from "../run/cgroup-error.ts";
import { enableControllers } from "../run/controller.ts";
import { inManager } from "../run/manager.ts";
import { lendRealtime } from "../run/realtime.ts";
import type { Resources } from "../spec/types.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { limitScope } from "../systemd/scope.ts";
import { notFound, notRunning } from "./error.ts";
import { statusOf } from "./status.ts";

type Write = CgroupsChange["writes"][number];

/**
 * Changes the limits that are asked for and leaves the others. When the kernel refuses one, those before it are put back.
 * `devices` are not changed, as under every runtime. Answers with what was asked and has no effect here.
 *
 * Throws ERR_NOT_FOUND, ERR_STATE_WRONG when it has stopped, ERR_CGROUP and ERR_CGROUP_CONTROLLER.
 */
export function update(id: string, asked: Resources): Problem[] {
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  const status = statusOf(directory, record);
  if (status === "stopped" || status === "creating") throw notRunning(id, status);
  const host = probe();
  const facts = record.bus === "user" ? inManager(host) : host;
  const cgroups = new OpenCgroups(record, facts);
  try {
    const { writes, warnings } = plan(asked, cgroups.current(facts), facts);
    cgroups.write(writes);
    if (record.unit) limitScope(record.unit, record.bus ?? "system", writes);
    return warnings;
  } finally {
    cgroups.close();
  }
}

function plan(asked: Resources, current: CgroupsValue[], facts: Facts): CgroupsChange {
  const findings: Finding[] = [];
  const resources = cgroupResources({ ociVersion: "1.0.0", linux: { resources: unset(asked) } });
  const change = collect("cgroups", findings, () =>
    policy().cgroups.update(resources, current, cgroupsFacts(facts)),
  );
  if (isSome(findings)) throw problemError(findings);
  if (!change) throw new RangeError("the policy engine gave neither an answer nor a problem");
  return change;
}

/** Callers in Go send every member, and 0 for "as it is"; a swappiness of 0 is one. */
function unset({ memory, pids, devices: _, ...others }: Resources): Resources {
  const given = Object.entries(memory ?? {}).filter(
    ([name, value]) => value !== 0 || name === "swappiness",
  );
  return {
    ...others,
    ...(memory && { memory: Object.fromEntries(given) }),
    ...(pids?.limit && { pids }),
  };
}

/** The cgroups of a container by their hierarchies' numbers in the facts. */
class OpenCgroups {
  readonly #record: StateRecord;
  readonly #mounts: string[];
  readonly #open = new Map<number, Fd>();

  constructor(record: StateRecord, facts: Facts) {
    this.#record = record;
    this.#mounts = facts.cgroup.hierarchies.map(({ mount }) => mount);
    for (const { mount, path } of record.cgroups) {
      using hierarchy = openHierarchy(mount);
      this.#open.set(this.#mounts.indexOf(mount), openCgroup(hierarchy, path));
    }
  }

  close(): void {
    for (const fd of this.#open.values()) fd.close();
  }

  current(facts: Facts): CgroupsValue[] {
    return policy()
      .cgroups.reads(cgroupsFacts(facts))
      .flatMap(({ hierarchy, name }) => {
        const text = this.#read(hierarchy, name);
        return text === undefined ? [] : [{ hierarchy, file: name, text }];
      });
  }

  /** All or nothing, as far as the kernel takes back what it had. */
  write(writes: readonly Write[]): void {
    this.#enable(writes);
    using _held = this.#lendRealtime(writes);
    const before: [Write, string | undefined][] = [];
    for (const write of writes) {
      before.push([write, this.#inForce(write)]);
      try {
        this.#write(write, write.value);
      } catch (error) {
        if (!isErrno(error)) throw error;
        if (write.ignore.includes(error.errno)) continue;
        this.#putBack(before);
        throw cannotWrite(write, error);
      }
    }
  }

  /** v2: processors of its own cannot be taken from a cgroup with processes, only be all that it had (validate_change()). */
  #inForce({ hierarchy, file }: Write): string | undefined {
    return this.#read(hierarchy, file) || this.#read(hierarchy, `${file}.effective`);
  }

  #putBack(before: readonly [Write, string | undefined][]): void {
    for (const [write, text] of [...before].reverse()) {
      try {
        if (text !== undefined) this.#write(write, text);
      } catch (error) {
        // The first error is the one that counts; what several lines show is not what one writes.
        if (!isErrno(error)) throw error;
      }
    }
  }

  #write({ hierarchy, file, why }: Write, value: string): void {
    const cgroup = this.#open.get(hierarchy);
    if (!cgroup) throw noCgroup(file, why.pointer);
    writeFile(cgroup, file, value);
  }

  #read(hierarchy: number, file: string): string | undefined {
    const cgroup = this.#open.get(hierarchy);
    try {
      return cgroup && readFile(cgroup, file);
    } catch (error) {
      if (isErrno(error)) return undefined;
      throw error;
    }
  }

  /** v2: a controller that no limit needed before may not be handed down yet. */
  #enable(writes: readonly Write[]): void {
    for (const { mount, path, made, controllers } of this.#record.cgroups) {
      const number = this.#mounts.indexOf(mount);
      const cgroup = this.#open.get(number);
      if (!cgroup || this.#read(number, "cgroup.controllers") === undefined) continue;
      const needed = writes
        .filter(({ hierarchy }) => hierarchy === number)
        .map(({ file }) => file.split(".")[0] ?? "")
        .filter((name) => controllers.includes(name));
      const place = { base: dirname(made[0] ?? path), path, enable: [...new Set(needed)] };
      using hierarchy = openHierarchy(mount);
      enableControllers(hierarchy, place, new Set());
    }
  }

  #lendRealtime(writes: readonly Write[]): Fd | null {
    const write = writes.findLast(({ file }) => file === "cpu.rt_runtime_us");
    const found = this.#record.cgroups.find(
      ({ mount }) => this.#mounts.indexOf(mount) === write?.hierarchy,
    );
    if (!write || !found) return null;
    const period =
      writes.findLast(({ file }) => file === "cpu.rt_period_us")?.value ??
      this.#read(write.hierarchy, "cpu.rt_period_us");
    const parts = found.path.split("/").slice(1, -1);
    const above = parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
    const share = { runtime_us: Number(write.value), period_us: Number(period) };
    return lendRealtime(found.mount, above, share);
  }
}

function noCgroup(file: string, pointer: string): WrunError {
  return new WrunError({
    code: "ERR_CGROUP",
    message: `the container has no cgroup with \`${file}\``,
    hint: "a container without a cgroup has no limits that could be changed",
    ...(pointer && { pointer }),
  });
}
