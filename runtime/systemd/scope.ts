/**
 * A container's cgroup as a transient scope unit of systemd's: systemd makes the cgroup and leaves it alone (Delegate=yes,
 * systemd.io/CGROUP_DELEGATION), wrun writes the limits as it does elsewhere and tells systemd of them.
 */
import { isErrno } from "../../shim/error.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { type Init, startInit } from "../../shim/init.ts";
import { Builder } from "../../shim/program/builder.ts";
import { encode, report_fd_usual } from "../../shim/program/encode.ts";
import { Bus, BusError, type Property } from "../../shim/systemd/bus.ts";
import { WrunError } from "../error.ts";
import { waitForHost } from "../launch/report.ts";
import { PR_SET_PDEATHSIG, SIGKILL } from "../launch/table-kernel.ts";
import { Child } from "../run/child.ts";
import { annotated } from "./annotation.ts";
import type { BusKind } from "./manager.ts";
import { propertiesOf, type Write } from "./property.ts";
import type { Unit } from "./unit.ts";

/** A job of systemd's for a scope is done in milliseconds, or it hangs. */
const job_usec_max = 30_000_000n;

/**
 * A process that waits in a scope. A scope cannot be empty when it starts, and the limits are written before the
 * container's process is there: this one is there in its place until then.
 */
export class Scope {
  readonly #unit: Unit;
  readonly #writes: readonly Write[];
  readonly #init: Init;
  readonly #child: Child;

  private constructor(unit: Unit, writes: readonly Write[], init: Init) {
    this.#unit = unit;
    this.#writes = writes;
    this.#init = init;
    this.#child = new Child(init.pid);
  }

  /** `writes`: the limits. Rejects with ERR_SYSTEMD, nothing left. */
  static async start(
    unit: Unit,
    id: string,
    annotations: Readonly<Record<string, string>>,
    writes: readonly Write[],
    facts: Facts,
  ): Promise<Scope> {
    const more = propertiesAsked(annotations);
    const scope = new Scope(unit, writes, startInit(encode(waiter(), facts.arch), []));
    try {
      startUnit(unit, [
        ["Description", { type: "s", value: `wrun container ${id}` }],
        ["Slice", { type: "s", value: unit.slice }],
        ["Delegate", { type: "b", value: true }],
        ["DefaultDependencies", { type: "b", value: false }],
        ["PIDs", { type: "au", value: [scope.#child.pid] }],
        ...more,
      ]);
      return scope;
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The container's process is in it. Not before: a TasksMax of 1 would let init make none. */
  async handOver(): Promise<void> {
    await this.#child.end();
    limitScope(this.#unit.name, this.#unit.bus, this.#writes);
  }

  /** Where init may not move itself: a user's manager has it done by the host's. */
  attach(pid: number): void {
    if (this.#unit.bus === "user") attachTo(this.#unit.name, "", pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.end();
    this.#init[Symbol.dispose]();
  }
}

function propertiesAsked(annotations: Readonly<Record<string, string>>): Property[] {
  try {
    return annotated(annotations);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WrunError({
      code: "ERR_SYSTEMD",
      message: error.message,
      hint: "the value is the text of a GVariant, such as `uint64 100` or `'text'`",
      pointer: "/annotations",
      cause: error,
    });
  }
}

function waiter() {
  const scene = { program: new Builder(), fds: { report: report_fd_usual } };
  const purpose = { say: "wait in the container's scope", code: "ERR_SYSTEMD" } as const;
  scene.program.call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0], purpose);
  waitForHost(scene, purpose);
  return { ...scene.program.finish(), report_fd: report_fd_usual };
}

function startUnit({ name, bus }: Unit, properties: Property[]): void {
  withBus(bus, `start the scope \`${name}\``, (bus) => {
    bus.subscribe();
    const result = bus.jobResult(bus.startTransientUnit(name, properties), job_usec_max);
    if (result === "done") return;
    const why = result === null ? "no answer came in 30 seconds" : `its job ended with ${result}`;
    throw cannot(`start the scope \`${name}\``, why);
  });
}

/** Else systemd would write its own at its next reload. Throws ERR_SYSTEMD. */
export function limitScope(name: string, kind: BusKind, writes: readonly Write[]): void {
  const properties = propertiesOf(writes);
  if (properties.length === 0) return;
  withBus(kind, `set the limits of \`${name}\``, (bus) => bus.setUnitProperties(name, properties));
}

/** Stops it, and lets systemd forget that it had failed. One that is not there is no error. */
export function stopScope(name: string, kind: BusKind): void {
  withBus(kind, `stop the scope \`${name}\``, (bus) => {
    bus.subscribe();
    ifThere(() => bus.jobResult(bus.stopUnit(name), job_usec_max));
    ifThere(() => bus.resetFailedUnit(name));
  });
}

/** A process of a user's into his unit, `below` a cgroup in it. Throws ERR_SYSTEMD. */
export function attachTo(name: string, below: string, pid: number): void {
  withBus("user", `put a process into \`${name}\``, (bus) =>
    bus.attachProcesses(name, below, [pid]),
  );
}

function ifThere(act: () => void): void {
  try {
    act();
  } catch (error) {
    const isAbsent =
      error instanceof BusError && error.busName === "org.freedesktop.systemd1.NoSuchUnit";
    if (!isAbsent) throw error;
  }
}

function withBus(kind: BusKind, what: string, act: (bus: Bus) => void): void {
  try {
    using bus = Bus.open(kind);
    act(bus);
  } catch (error) {
    if (error instanceof WrunError) throw error;
    if (error instanceof BusError) throw cannot(what, error.message, hints[error.busName], error);
    const hint = kind === "user" ? `${no_user_bus}; ${no_bus}` : no_bus;
    if (isErrno(error)) throw cannot(what, `${error.syscall}: ${error.errno}`, hint, error);
    throw cannot(what, error instanceof Error ? error.message : `${error}`, hint, error);
  }
}

const no_bus =
  "systemd and its bus have to run on this host; without `--systemd-cgroup` wrun makes the cgroup";

const no_user_bus = "a user's bus is found by DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR";

const hints: Record<string, string> = {
  "org.freedesktop.systemd1.UnitExists":
    "another container has this name, or a failed unit is left: systemctl reset-failed",
};

function cannot(what: string, why: string, hint?: string, cause?: unknown): WrunError {
  return new WrunError({
    code: "ERR_SYSTEMD",
    message: `systemd cannot ${what}: ${why}`,
    ...(hint !== undefined && { hint }),
    ...(cause !== undefined && { cause }),
  });
}
