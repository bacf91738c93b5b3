// System calls by name and by number, on each architecture.

import { SeccompArch as Arch } from "../../generated/as/types";
import { CALLS, COLUMNS, NAMES, NONE } from "./table-calls";

export const COUNT: i32 = CALLS.length / COLUMNS;

const COLUMN_WIDTHS: i32 = 4;
const COLUMN_DEFAULT: i32 = 5;

/** The number of file_setattr, the newest one. uprobe and the private calls of arm are elsewhere. */
export const NEWEST: u32 = 469;

/** x32 calls have this bit in their number: __X32_SYSCALL_BIT. */
export const X32_BIT: u32 = 0x40000000;

/** Above all numbers but the private ones of arm. */
const NUMBERS_END: i32 = 600;

/** First and last of what arm has for itself: cacheflush and others. */
export const ARM_PRIVATE: u32 = 0xf0000;
export const ARM_PRIVATE_LAST: u32 = 0xf0006;

/**
 * The calls for which x32 has numbers of its own, from 512 on, in order, by their numbers on x86_64: rt_sigaction to
 * pwritev2 (arch/x86/entry/syscalls/syscall_64.tbl).
 */
const X32_FIRST: i32 = 512;
const X32_OWN: StaticArray<u16> = [
  13, 15, 16, 19, 20, 45, 46, 47, 59, 101, 127, 128, 129, 131, 222, 244, 246, 247, 273, 274, 278,
  279, 295, 296, 297, 299, 307, 310, 311, 54, 55, 206, 209, 322, 327, 328,
];

/** Calls of x86_64 that x32 has not, uselib to map_shadow_stack. */
const X32_LACKS: StaticArray<u16> = [134, 156, 174, 177, 178, 180, 205, 211, 214, 215, 236, 453];

const SPACE: u16 = 0x20;

/** Where each name begins in NAMES, and where the last one ends. */
const STARTS: StaticArray<u16> = startsOf(NAMES);

function startsOf(names: string): StaticArray<u16> {
  const starts = new StaticArray<u16>(COUNT + 1);
  let at: i32 = 0;
  const text = changetype<usize>(names);
  const length = names.length;
  for (let i: i32 = 0; i < length; i++)
    if (load<u16>(text + ((<usize>i) << 1)) == SPACE) unchecked((starts[++at] = <u16>(i + 1)));
  starts[COUNT] = <u16>(length + 1);
  return starts;
}

/** A hash table of the names: index + 1, in the first free place from where the hash points to; twice as large as full. */
const SLOTS: i32 = 1024;
const BY_NAME: StaticArray<u16> = hashed();

function hashed(): StaticArray<u16> {
  const slots = new StaticArray<u16>(SLOTS);
  for (let call: i32 = 0; call < COUNT; call++) {
    let slot = hash(nameAt(call), lengthOf(call));
    while (slots[slot]) slot = (slot + 1) & (SLOTS - 1);
    slots[slot] = <u16>(call + 1);
  }
  return slots;
}

/** FNV-1a (draft-eastlake-fnv), of UTF-16 units. */
function hash(text: usize, units: i32): i32 {
  let value: u32 = 0x811c9dc5;
  for (let i: i32 = 0; i < units; i++)
    value = (value ^ load<u16>(text + ((<usize>i) << 1))) * 0x01000193;
  return <i32>((value ^ (value >> 16)) & (SLOTS - 1));
}

function nameAt(call: i32): usize {
  return changetype<usize>(NAMES) + ((<usize>STARTS[call]) << 1);
}

function lengthOf(call: i32): i32 {
  return <i32>STARTS[call + 1] - 1 - <i32>STARTS[call];
}

export function nameOfCall(call: i32): string {
  return NAMES.substring(STARTS[call], <i32>STARTS[call + 1] - 1);
}

/** On arm one call has two names (arch/arm/include/uapi/asm/unistd.h): a rule on either is a rule on the call. */
const SECOND_NAME: string = "sync_file_range2";
const SECOND: i32 = find("arm_sync_file_range");

/** Index of a call, -1 for a name that is none. */
export function callOf(name: string): i32 {
  const call = find(name);
  return call < 0 && name == SECOND_NAME ? SECOND : call;
}

function find(name: string): i32 {
  const text = changetype<usize>(name);
  const units = name.length;
  let slot = hash(text, units);
  while (true) {
    const call = <i32>unchecked(BY_NAME[slot]) - 1;
    if (call < 0) return -1;
    if (lengthOf(call) == units && !memory.compare(nameAt(call), text, (<usize>units) << 1))
      return call;
    slot = (slot + 1) & (SLOTS - 1);
  }
}

function column(arch: Arch): i32 {
  if (arch == Arch.X86) return 1;
  if (arch == Arch.Aarch64) return 2;
  return arch == Arch.Arm ? 3 : 0;
}

/** The numbers of all calls on one architecture, with the x32 bit; -1 where it has no such call. */
export function numbersOf(arch: Arch): StaticArray<i32> {
  return unchecked(NUMBERS[<i32>arch]);
}

/** By architecture, in the order of the WIT. */
const NUMBERS: StaticArray<StaticArray<i32>> = [
  numbersIn(Arch.X8664),
  numbersIn(Arch.X86),
  numbersIn(Arch.X32),
  numbersIn(Arch.Aarch64),
  numbersIn(Arch.Arm),
];

function numbersIn(arch: Arch): StaticArray<i32> {
  const numbers = new StaticArray<i32>(COUNT);
  const at = column(arch);
  for (let call: i32 = 0; call < COUNT; call++) {
    const number = CALLS[call * COLUMNS + at];
    numbers[call] =
      number == NONE ? -1 : number >= 0xf000 ? <i32>ARM_PRIVATE | (number & 0xfff) : number;
  }
  if (arch == Arch.X32) toX32(numbers);
  return numbers;
}

/** The other way round: which call a number is, without the x32 bit; -1 for none. The private calls of arm are not there. */
export function callsOf(arch: Arch): StaticArray<i32> {
  return unchecked(BY_NUMBER[<i32>arch]);
}

const BY_NUMBER: StaticArray<StaticArray<i32>> = [
  byNumber(Arch.X8664),
  byNumber(Arch.X86),
  byNumber(Arch.X32),
  byNumber(Arch.Aarch64),
  byNumber(Arch.Arm),
];

function byNumber(arch: Arch): StaticArray<i32> {
  const calls = new StaticArray<i32>(NUMBERS_END).fill(-1);
  const numbers = numbersOf(arch);
  for (let call: i32 = 0; call < COUNT; call++) {
    const number = numbers[call] & ~(<i32>X32_BIT);
    if (numbers[call] >= 0 && number < NUMBERS_END) calls[number] = call;
  }
  return calls;
}

function toX32(numbers: StaticArray<i32>): void {
  for (let call: i32 = 0; call < COUNT; call++) {
    const number = <u16>numbers[call];
    const own = X32_OWN.indexOf(number);
    if (numbers[call] < 0 || X32_LACKS.includes(number)) numbers[call] = -1;
    else numbers[call] = (own < 0 ? number : X32_FIRST + own) | <i32>X32_BIT;
  }
}

/** How many bits of an argument the kernel looks at: 64, 32 or 16. */
export function widthOf(call: i32, index: u32, arch: Arch): u32 {
  const code = (CALLS[call * COLUMNS + COLUMN_WIDTHS] >> <u16>(2 * index)) & 3;
  if (code == 2) return 16;
  return code == 1 || arch == Arch.X86 || arch == Arch.Arm ? 32 : 64;
}

/** What the default profile does with a call. */
export function defaultOf(call: i32): u16 {
  return CALLS[call * COLUMNS + COLUMN_DEFAULT];
}
