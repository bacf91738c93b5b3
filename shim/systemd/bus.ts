/** A connection to a bus of D-Bus, and the few kinds of values that systemd's manager takes. */

import { SyscallError } from "../error.ts";
import { call, cString } from "../libc.ts";
import { type Library, libsystemd } from "./library.ts";

/** A value by its D-Bus type: `s` `o` `b` `u` `t` `i` `x`, `as` `au` `ay`. */
export type BusValue =
  | { type: "s" | "o"; value: string }
  | { type: "b"; value: boolean }
  | { type: "u" | "i" | "t" | "x"; value: bigint }
  | { type: "as"; value: readonly string[] }
  | { type: "au"; value: readonly number[] }
  | { type: "ay"; value: Uint8Array };

export type Property = readonly [name: string, value: BusValue];

/** An error that the other side of the bus answered with, such as `org.freedesktop.systemd1.UnitExists`. */
export class BusError extends Error {
  override readonly name = "BusError";
  constructor(
    readonly busName: string,
    message: string,
  ) {
    super(message);
  }
}

const manager = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1"] as const;
const manager_interface = "org.freedesktop.systemd1.Manager";
/** systemd answers within 25 s or not at all: sd_bus_call(3). */
const default_timeout = 0n;

function word(): BigUint64Array {
  return new BigUint64Array(1);
}

/**
 * On this thread, until the connection is closed: sd_bus_call(3) of systemd 252 gives up on EINTR, with the call made and
 * its answer lost, and the end of any child is a signal. Another thread of Node's takes what comes meanwhile.
 */
function blockSignals(): Uint8Array {
  const [all, before] = [new Uint8Array(sigset_bytes).fill(0xff), new Uint8Array(sigset_bytes)];
  call("rt_sigprocmask", [sig.block, all, before, sigset_bytes]);
  return before;
}

function unblockSignals(mask: Uint8Array): void {
  call("rt_sigprocmask", [sig.setmask, mask, null, sigset_bytes]);
}

const sigset_bytes = 8;
const sig = { block: 0, setmask: 2 } as const;

export class Bus {
  readonly #lib: Library;
  readonly #bus: bigint;
  readonly #mask: Uint8Array;

  private constructor(lib: Library, bus: bigint, mask: Uint8Array) {
    this.#lib = lib;
    this.#bus = bus;
    this.#mask = mask;
  }

  /** Throws SyscallError when there is no such bus, Error when there is no libsystemd. */
  static open(kind: "system" | "user"): Bus {
    const lib = libsystemd();
    const out = word();
    const mask = blockSignals();
    try {
      check(`sd_bus_open_${kind}`, lib[`sd_bus_open_${kind}`](out));
      return new Bus(lib, out[0] as bigint, mask);
    } catch (error) {
      unblockSignals(mask);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#lib.sd_bus_flush_close_unref(this.#bus);
    unblockSignals(this.#mask);
  }

  /** Have signals of systemd's jobs sent to this connection. */
  subscribe(): void {
    const rule = `type='signal',interface='${manager_interface}',member='JobRemoved'`;
    const dbus = ["org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"] as const;
    const add = this.#message(...dbus, "AddMatch");
    this.#basic(add, { type: "s", value: rule });
    this.#finish(this.#call(add));
    this.#finish(this.#call(this.#message(...manager, manager_interface, "Subscribe")));
  }

  /** Starts a transient unit; answers with the path of the job. Throws BusError, SyscallError. */
  startTransientUnit(name: string, properties: readonly Property[]): string {
    const message = this.#message(...manager, manager_interface, "StartTransientUnit");
    this.#basic(message, { type: "s", value: name });
    this.#basic(message, { type: "s", value: "fail" });
    this.#properties(message, properties);
    this.#in(message, "a", "(sa(sv))", () => {});
    return this.#path(this.#call(message));
  }

  /** Stops a unit; answers with the path of the job. Throws BusError, SyscallError. */
  stopUnit(name: string): string {
    const message = this.#message(...manager, manager_interface, "StopUnit");
    this.#basic(message, { type: "s", value: name });
    this.#basic(message, { type: "s", value: "replace" });
    return this.#path(this.#call(message));
  }

  resetFailedUnit(name: string): void {
    const message = this.#message(...manager, manager_interface, "ResetFailedUnit");
    this.#basic(message, { type: "s", value: name });
    this.#finish(this.#call(message));
  }

  /** Into the unit's cgroup, or one below: the manager may where its caller may not. Throws BusError, SyscallError. */
  attachProcesses(name: string, below: string, pids: readonly number[]): void {
    const message = this.#message(...manager, manager_interface, "AttachProcessesToUnit");
    this.#basic(message, { type: "s", value: name });
    this.#basic(message, { type: "s", value: below });
    this.#basic(message, { type: "au", value: pids });
    this.#finish(this.#call(message));
  }

  /** For as long as the unit runs: a daemon-reload keeps them. */
  setUnitProperties(name: string, properties: readonly Property[]): void {
    const message = this.#message(...manager, manager_interface, "SetUnitProperties");
    this.#basic(message, { type: "s", value: name });
    this.#basic(message, { type: "b", value: true });
    this.#properties(message, properties);
    this.#finish(this.#call(message));
  }

  /** Waits for the end of a job: `done`, `failed`, `canceled`, `timeout`, `dependency`, `skipped`; null after `usec`. */
  jobResult(job: string, usec: bigint): string | null {
    const end = process.hrtime.bigint() + usec * 1000n;
    for (;;) {
      const out = word();
      const more = check("sd_bus_process", this.#lib.sd_bus_process(this.#bus, out));
      const message = out[0] as bigint;
      if (message !== 0n) {
        const result = this.#removed(message, job);
        this.#finish(message);
        if (result !== null) return result;
      }
      if (more > 0) continue;
      const left = (end - process.hrtime.bigint()) / 1000n;
      if (left <= 0n) return null;
      const waited = this.#lib.sd_bus_wait(this.#bus, left);
      check("sd_bus_wait", waited);
    }
  }

  #removed(message: bigint, job: string): string | null {
    if (!this.#lib.sd_bus_message_is_signal(message, manager_interface, "JobRemoved")) return null;
    this.#read(message, "u", new Uint32Array(1));
    const path = this.#text(message, "o");
    this.#text(message, "s");
    const result = this.#text(message, "s");
    return path === job ? result : null;
  }

  #message(service: string, path: string, face: string, member: string): bigint {
    const out = word();
    const made = this.#lib.sd_bus_message_new_method_call;
    check(member, made(this.#bus, out, service, path, face, member));
    return out[0] as bigint;
  }

  #call(message: bigint): bigint {
    // struct sd_bus_error: name, message, whether to free them.
    const error = new BigUint64Array(3);
    const reply = word();
    const result = this.#lib.sd_bus_call(this.#bus, message, default_timeout, error, reply);
    this.#finish(message);
    if (result >= 0) return reply[0] as bigint;
    const [name = 0n, text = 0n] = error;
    if (name === 0n) throw new SyscallError("sd_bus_call", -result);
    const failure = new BusError(this.#lib.text(name), text === 0n ? "" : this.#lib.text(text));
    this.#lib.sd_bus_error_free(error);
    throw failure;
  }

  #path(reply: bigint): string {
    try {
      return this.#text(reply, "o");
    } finally {
      this.#finish(reply);
    }
  }

  #finish(message: bigint): void {
    this.#lib.sd_bus_message_unref(message);
  }

  #read(message: bigint, type: string, out: ArrayBufferView): void {
    const read = this.#lib.sd_bus_message_read_basic;
    check("sd_bus_message_read_basic", read(message, type.charCodeAt(0), out));
  }

  #text(message: bigint, type: "s" | "o"): string {
    const out = word();
    this.#read(message, type, out);
    return this.#lib.text(out[0] as bigint);
  }

  #in(message: bigint, kind: "a" | "r" | "v", contents: string, fill: () => void): void {
    const { sd_bus_message_open_container: open, sd_bus_message_close_container: close } =
      this.#lib;
    check("sd_bus_message_open_container", open(message, kind.charCodeAt(0), contents));
    fill();
    check("sd_bus_message_close_container", close(message));
  }

  #properties(message: bigint, properties: readonly Property[]): void {
    this.#in(message, "a", "(sv)", () => {
      for (const [name, value] of properties)
        this.#in(message, "r", "sv", () => {
          this.#basic(message, { type: "s", value: name });
          this.#in(message, "v", value.type, () => this.#basic(message, value));
        });
    });
  }

  #basic(message: bigint, given: BusValue): void {
    const one = (kind: string, bytes: ArrayBufferView) => {
      const append = this.#lib.sd_bus_message_append_basic;
      check("sd_bus_message_append_basic", append(message, kind.charCodeAt(0), bytes));
    };
    switch (given.type) {
      case "s":
      case "o":
        one(given.type, cString(given.value));
        break;
      case "b":
        one("b", new Int32Array([Number(given.value)]));
        break;
      case "u":
      case "i":
        one(given.type, new Int32Array([Number(BigInt.asIntN(32, given.value))]));
        break;
      case "t":
      case "x":
        one(given.type, new BigInt64Array([given.value]));
        break;
      case "as":
        this.#in(message, "a", "s", () => {
          for (const text of given.value) one("s", cString(text));
        });
        break;
      case "au":
        this.#array(message, "u", new Uint32Array(given.value));
        break;
      case "ay":
        this.#array(message, "y", given.value);
        break;
    }
  }

  #array(message: bigint, kind: string, values: Uint32Array | Uint8Array): void {
    const append = this.#lib.sd_bus_message_append_array;
    const done = append(message, kind.charCodeAt(0), values, values.byteLength);
    check("sd_bus_message_append_array", done);
  }
}

function check(name: string, result: number): number {
  if (result < 0) throw new SyscallError(name, -result);
  return result;
}
