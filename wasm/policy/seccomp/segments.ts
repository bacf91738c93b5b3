// What is done with each number: ranges of numbers in order, as a filter looks them up.

import { SeccompAction as Action, SeccompArch as Arch } from "../../generated/as/types";
import { ARM_PRIVATE, ARM_PRIVATE_LAST, callsOf, NEWEST, numbersOf, X32_BIT } from "./calls";
import { Entry } from "./entry";
import { Policy } from "./policy";
import { ENOSYS, isOpen, KILL_PROCESS, valueOf } from "./verdict";

/** Which sort of numbers a range has. */
export const enum Sort {
  /** Those of one call, with rules on it. */
  Call,
  /** Known, or older than what is known, and not named by any rule. */
  Unnamed,
  /** Newer than this table. */
  Unknown,
  /** Of another architecture. */
  Foreign,
}

export class Segment {
  constructor(
    public start: u32,
    public sort: Sort,
    /** What is answered when no rule decides. */
    public value: u32,
    public call: i32,
    public entries: Entry[],
    public arch: Arch,
  ) {}

  isConditional(): bool {
    return this.entries.length > 0 && this.entries[0].conditions.length > 0;
  }

  /** The answer of one without conditions. */
  answer(): u32 {
    return this.entries.length ? this.entries[0].value() : this.value;
  }
}

const X32_LAST: u32 = 547;

class Draft {
  list: Segment[] = [];
  private none: Entry[] = [];
  /** What no rule names. */
  private own: u32;
  /** Of the last range, which a call with the same answer and no conditions goes on with. */
  private isOpen: bool = false;
  private answer: u32 = 0;

  /** Numbers side by side with the same answer are one range; to explain, each is its own. */
  constructor(
    public policy: Policy,
    public isMerged: bool,
  ) {
    this.own = policy.value();
  }

  push(start: u32, sort: Sort, value: u32, call: i32, entries: Entry[], arch: Arch): void {
    const first: Entry | null = entries.length ? unchecked(entries[0]) : null;
    const isConditional = first ? first.conditions.length > 0 : false;
    const answer = first ? first.value() : value;
    if (!isConditional && this.isOpen && this.answer == answer) return;
    this.isOpen = this.isMerged && !isConditional;
    this.answer = answer;
    this.list.push(new Segment(start, sort, value, call, entries, arch));
  }

  /**
   * A call that is newer than a profile must not look forbidden: a C library that is told ENOSYS takes the older call
   * (runc 1.0.0-rc93 and later do so, too). A default that lets calls go on is left to do so.
   */
  pushUnknown(start: u32, arch: Arch): void {
    const value = isOpen(this.policy.action) ? this.own : valueOf(Action.Errno, ENOSYS);
    this.push(start, Sort.Unknown, value, -1, this.none, arch);
  }

  pushArch(arch: Arch): void {
    const base: u32 = arch == Arch.X32 ? X32_BIT : 0;
    const numbers = numbersOf(arch);
    const entries = this.policy.on(arch);
    const calls = callsOf(arch);
    for (let number: u32 = 0; number <= NEWEST; number++)
      this.pushCall(base + number, unchecked(calls[number]), entries, arch);
    this.pushUnknown(base + NEWEST + 1, arch);
    if (arch == Arch.X32) {
      for (let number: u32 = 512; number <= X32_LAST; number++)
        this.pushCall(base + number, unchecked(calls[number]), entries, arch);
      this.pushUnknown(base + X32_LAST + 1, arch);
    }
    if (arch == Arch.Arm) this.pushPrivate(numbers, entries);
  }

  private pushPrivate(numbers: StaticArray<i32>, entries: StaticArray<Entry[] | null>): void {
    for (let number = ARM_PRIVATE + 1; number <= ARM_PRIVATE_LAST; number++)
      for (let call: i32 = 0; call < numbers.length; call++)
        if (numbers[call] == number) this.pushCall(number, call, entries, Arch.Arm);
    this.pushUnknown(ARM_PRIVATE_LAST + 1, Arch.Arm);
  }

  private pushCall(number: u32, call: i32, entries: StaticArray<Entry[] | null>, arch: Arch): void {
    let list: Entry[] | null = null;
    if (call >= 0) list = unchecked(entries[call]);
    if (list) this.push(number, Sort.Call, this.own, call, list, arch);
    else this.push(number, Sort.Unnamed, this.own, call, this.none, arch);
  }
}

/** All numbers of an architecture; those of x86_64 include what x32 has, or has not. */
export function segmentsOf(policy: Policy, arch: Arch, hasX32: bool, isMerged: bool): Segment[] {
  const draft = new Draft(policy, isMerged);
  draft.pushArch(arch);
  if (arch == Arch.X8664) {
    if (hasX32) draft.pushArch(Arch.X32);
    else {
      draft.push(X32_BIT, Sort.Foreign, KILL_PROCESS, -1, [], Arch.X32);
      // A tracer that skips a call makes it number -1, which libseccomp spares, too.
      draft.pushUnknown(0xffffffff, Arch.X8664);
    }
  }
  return draft.list;
}

/** The range that has a number. */
export function find(segments: Segment[], number: u32): Segment {
  let low: i32 = 0;
  let high: i32 = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle].start <= number) low = middle;
    else high = middle - 1;
  }
  return segments[low];
}
