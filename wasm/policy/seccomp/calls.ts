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

/** Where each name begins in NAMES; worked out once for each question, as nothing outlives one. */
export class Names {
  private starts: StaticArray<u16> = new StaticArray<u16>(COUNT + 1);

  constructor() {
    let at: i32 = 0;
    const text = changetype<usize>(NAMES);
    const length = NAMES.length;
    for (let i: i32 = 0; i < length; i++)
      if (load<u16>(text + ((<usize>i) << 1)) == SPACE)
        unchecked((this.starts[++at] = <u16>(i + 1)));
    this.starts[COUNT] = <u16>(NAMES.length + 1);
  }

  text(call: i32): string {
    return NAMES.substring(this.starts[call], <i32>this.starts[call + 1] - 1);
  }

  /** Index of a call, -1 for a name that is none. */
  find(name: string): i32 {
    let low: i32 = 0;
    let high: i32 = COUNT - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.compare(name, middle);
      if (order == 0) return middle;
      if (order < 0) high = middle - 1;
      else low = middle + 1;
    }
    return -1;
  }

  /** In place, without a copy for each step. */
  private compare(name: string, call: i32): i32 {
    const start: i32 = this.starts[call];
    const length: i32 = <i32>this.starts[call + 1] - 1 - start;
    const common = min<i32>(length, name.length);
    for (let i: i32 = 0; i < common; i++) {
      const order = <i32>name.charCodeAt(i) - <i32>NAMES.charCodeAt(start + i);
      if (order) return order;
    }
    return name.length - length;
  }
}

function column(arch: Arch): i32 {
  if (arch == Arch.X86) return 1;
  if (arch == Arch.Aarch64) return 2;
  return arch == Arch.Arm ? 3 : 0;
}

/** The numbers of all calls on one architecture, with the x32 bit; -1 where it has no such call. */
export function numbersOf(arch: Arch): StaticArray<i32> {
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
