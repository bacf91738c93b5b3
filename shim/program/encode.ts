/**
 * Program → the bytes that native/init.c reads. The two must agree on every offset; test/program runs what is written here.
 *
 * header 24 | steps, 72 each | data, from a multiple of 8 | pointers, { u32 at, u32 to } each
 */
import { errnoNumber } from "../errno.ts";
import type { Label, OnErrno, Program, Step, Value } from "./program.ts";
import { type Arch, syscallNumber } from "./syscalls.ts";

const header_bytes = 24;
const step_bytes = 72;
const magic = 0x316e7277; // "wrn1"
const operation = { call: 0, jump: 1, store: 2, load: 3, fail: 4 } as const;
const condition = { always: 0, "==": 1, "!=": 2 } as const;
const any_errno = 0xffff;

/** Where init has its report socket when the program does not say otherwise. */
export const report_fd_usual = 4;

/** As much as init has room for. */
export const program_bytes_max = 1 << 20;

/** Throws RangeError when a label was never placed or the program is larger than init takes. */
export function encode(program: Program, arch: Arch): Uint8Array {
  const data_at = header_bytes + step_bytes * program.steps.length;
  const pointers_at = data_at + ((program.data.length + 7) & ~7);
  const size = pointers_at + 8 * program.pointers.length;
  if (size > program_bytes_max) {
    throw new RangeError(`the program has ${size} bytes, init takes ${program_bytes_max}`);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const { steps, report_fd = report_fd_usual } = program;
  [magic, steps.length, data_at, pointers_at, size, report_fd].forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  program.steps.forEach((step, i) => {
    encodeStep(view, header_bytes + step_bytes * i, step, arch, i);
  });
  bytes.set(program.data, data_at);
  program.pointers.forEach(({ at, to }, i) => {
    view.setUint32(pointers_at + 8 * i, at, true);
    view.setUint32(pointers_at + 8 * i + 4, to, true);
  });
  return bytes;
}

function encodeStep(view: DataView, at: number, step: Step, arch: Arch, index: number): void {
  view.setUint16(at, operation[step.kind], true);
  switch (step.kind) {
    case "call":
      view.setUint16(at + 2, syscallNumber(arch, step.call), true);
      if (step.save) view.setUint16(at + 6, step.save.slot + 1, true);
      encodeHandlers(view, at + 8, step.on ?? {}, index);
      encodeArguments(view, at, step.args);
      break;
    case "jump":
      view.setUint16(at + 2, condition[step.is ?? "always"], true);
      encodeArguments(view, at, [step.slot ?? 0, step.value ?? 0, target(step.to)]);
      break;
    case "store":
      encodeArguments(view, at, [step.slot, step.place, step.bytes]);
      break;
    case "load":
      view.setUint16(at + 6, step.slot.slot + 1, true);
      encodeArguments(view, at, [0, step.place, step.bytes]);
      break;
    case "fail":
      encodeArguments(view, at, [errnoNumber(step.errno)]);
      break;
  }
}

function encodeArguments(view: DataView, at: number, args: readonly Value[]): void {
  if (args.length > 6) throw new RangeError("a system call has at most 6 arguments");
  let kinds = 0;
  for (let i = 0; i < args.length; i++) {
    const value = args[i] as Value;
    if (typeof value !== "object") setWord(view, at + 24 + 8 * i, value);
    else {
      const isPlace = "at" in value;
      kinds |= (isPlace ? 1 : 2) << (2 * i);
      view.setUint32(at + 24 + 8 * i, isPlace ? value.at : value.slot, true);
    }
  }
  view.setUint16(at + 4, kinds, true);
}

/** By halves: thousands of bigints are a part of the start that can be seen. */
function setWord(view: DataView, at: number, word: number | bigint): void {
  if (typeof word === "bigint") view.setBigInt64(at, word, true);
  else if (word !== 0) {
    view.setUint32(at, word, true);
    view.setInt32(at + 4, Math.floor(word / 2 ** 32), true);
  }
}

function encodeHandlers(view: DataView, at: number, on: OnErrno, index: number): void {
  // Named errnos first: init takes the first handler that fits, and `any` fits all.
  const entries = Object.entries(on).sort(
    (a, b) => Number(a[0] === "any") - Number(b[0] === "any"),
  );
  if (entries.length > 4) throw new RangeError("a step has at most 4 errno handlers");
  entries.forEach(([errno, then], i) => {
    if (then === undefined) return;
    view.setUint16(at + 4 * i, errno === "any" ? any_errno : errnoNumber(errno), true);
    view.setUint16(at + 4 * i + 2, then === "ignore" ? index + 1 : target(then), true);
  });
}

function target(label: Label): number {
  if (label.index < 0) throw new RangeError(`the label \`${label.name}\` was never placed`);
  return label.index;
}

/** What init and the programs it runs write to the report fd: 16 bytes, { u32 kind, u32 detail, i64 value }. */
export const report_bytes = 16;
export const report_kind = { failed: 1, created: 2, ready: 3, hook: 4 } as const;

export type Report =
  | { kind: "failed"; step: number; errno: number }
  | { kind: "created"; pid: number }
  /** `pid` is that of the reporter where it says so, else 0. */
  | { kind: "ready"; stage: number; pid: number }
  /** A hook that init has run has failed: the step that ran it, and its wait status, null when its time was over. */
  | { kind: "hook"; step: number; status: number | null };

/** One report of init. Throws RangeError on one that init never sends. */
export function decodeReport(bytes: Uint8Array): Report {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint32(0, true);
  const detail = view.getUint32(4, true);
  const value = Number(view.getBigInt64(8, true));
  switch (kind) {
    case report_kind.failed:
      return { kind: "failed", step: detail, errno: -value };
    case report_kind.created:
      return { kind: "created", pid: value };
    case report_kind.ready:
      return { kind: "ready", stage: detail, pid: value };
    case report_kind.hook:
      return { kind: "hook", step: detail, status: value < 0 ? null : value };
    default:
      throw new RangeError(`init sent a report of unknown kind ${kind}`);
  }
}
