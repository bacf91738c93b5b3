/**
 * The bytes that init reads, as a program again: written from native/init.c, so that encode.ts is held to it and not to
 * itself.
 */
import { errnoName } from "../../shim/errno.ts";
import type { Label, OnErrno, Place, Slot, Value } from "../../shim/program/program.ts";
import { type Arch, type SyscallName, syscallNumber } from "../../shim/program/syscalls.ts";

/** A step without the words of its purpose, which init does not get. */
export type BareStep =
  | { kind: "call"; call: SyscallName; args: Value[]; save?: Slot; on?: OnErrno }
  | { kind: "jump"; slot?: Slot; is?: "==" | "!="; value?: number; to: Label }
  | { kind: "store"; slot: Slot; place: Place; bytes: number }
  | { kind: "load"; slot: Slot; place: Place; bytes: number }
  | { kind: "fail"; errno: string };

export interface BareProgram {
  steps: BareStep[];
  data: Uint8Array;
  pointers: { at: number; to: number }[];
}

interface Header {
  magic: number;
  steps: number;
  data: number;
  pointers: number;
  size: number;
}

/** `names`: the system calls that may be in it. Throws RangeError for what init would not take for a program. */
export function decode(bytes: Uint8Array, arch: Arch, names: readonly SyscallName[]): BareProgram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readHeader(view);
  const calls = new Map(names.map((name) => [syscallNumber(arch, name), name]));
  const steps = Array.from({ length: header.steps }, (_, i) => {
    const at = 24 + 72 * i;
    return readStep(new DataView(bytes.buffer, bytes.byteOffset + at, 72), i, calls);
  });
  const pointers: BareProgram["pointers"] = [];
  for (let at = header.pointers; at < header.size; at += 8) {
    pointers.push({ at: view.getUint32(at, true), to: view.getUint32(at + 4, true) });
  }
  return { steps, data: bytes.slice(header.data, header.pointers), pointers };
}

function readHeader(view: DataView): Header {
  const [magic, steps, data, pointers, size] = [0, 4, 8, 12, 16].map((at) =>
    view.getUint32(at, true),
  ) as [number, number, number, number, number];
  if (magic !== 0x316e7277) throw new RangeError("no magic number");
  if (size !== view.byteLength) throw new RangeError("not as many bytes as it says");
  if (data !== 24 + 72 * steps || data % 8 !== 0 || pointers % 8 !== 0) {
    throw new RangeError("not where it should be");
  }
  return { magic, steps, data, pointers, size };
}

function readStep(view: DataView, index: number, calls: Map<number, SyscallName>): BareStep {
  const half = (at: number): number => view.getUint16(at, true);
  const save = half(6) === 0 ? undefined : { slot: half(6) - 1 };
  const args = [0, 1, 2, 3, 4, 5].map((i) => readValue(view, i));
  const [first, second, third] = args as [Value, Value, Value];
  switch (half(0)) {
    case 0: {
      const call = calls.get(half(2));
      if (!call) throw new RangeError(`no system call ${half(2)}`);
      return { kind: "call", call, args, ...(save && { save }), ...readHandlers(view, index) };
    }
    case 1: {
      const to = label(Number(third));
      const is = ([undefined, "==", "!="] as const)[half(2)];
      if (is === undefined) return { kind: "jump", to };
      return { kind: "jump", slot: first as Slot, is, value: Number(second), to };
    }
    case 2:
      return { kind: "store", slot: first as Slot, place: second as Place, bytes: Number(third) };
    case 3:
      return { kind: "load", slot: save as Slot, place: second as Place, bytes: Number(third) };
    case 4:
      return { kind: "fail", errno: errnoName(Number(first)) };
    default:
      throw new RangeError(`no operation ${half(0)}`);
  }
}

function readValue(view: DataView, i: number): Value {
  const word = view.getBigInt64(24 + 8 * i, true);
  const kind = (view.getUint16(4, true) >> (2 * i)) & 3;
  if (kind === 1) return { at: Number(word) };
  if (kind === 2) return { slot: Number(word) };
  return word;
}

function readHandlers(view: DataView, index: number): { on?: OnErrno } {
  const on: OnErrno = {};
  for (let at = 8; at < 24; at += 4) {
    const [error, next] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (error === 0) continue;
    on[error === 0xffff ? "any" : errnoName(error)] = label(next);
    // A label on the next step and `ignore` are one thing.
    if (next === index + 1) on[error === 0xffff ? "any" : errnoName(error)] = "ignore";
  }
  return Object.keys(on).length === 0 ? {} : { on };
}

/** A label has no name any more. */
function label(index: number): Label {
  return { name: "", index };
}
