// What the files of a cgroup read now: the starting point of an update.

import { CgroupsValue as Value } from "../../generated/as/types";

export const UNLIMITED: i64 = -1;
/** v1 shows "no limit" as LONG_MAX rounded down to a page (PAGE_COUNTER_MAX), whatever the size of a page is. */
const ENDLESS: i64 = 1 << 62;
const DIGITS_MOST: i32 = 19;

/** A number in decimal; `otherwise` for anything else. One that does not fit i64 is as large as can be. */
export function integer(text: string, otherwise: i64): i64 {
  const isNegative = text.startsWith("-");
  const start: i32 = isNegative ? 1 : 0;
  const length = text.length - start;
  if (length == 0) return otherwise;
  let value: u64 = 0;
  for (let i: i32 = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return otherwise;
    if (i - start < DIGITS_MOST) value = value * 10 + <u64>digit;
  }
  const isHuge = length > DIGITS_MOST || value > <u64>i64.MAX_VALUE;
  const magnitude = isHuge ? i64.MAX_VALUE : <i64>value;
  return isNegative ? -magnitude : magnitude;
}

/** A limit, -1 when there is none: `max` of v2, a negative or a huge number of v1. */
export function limitOf(text: string): i64 {
  const value = integer(text, UNLIMITED);
  return value < 0 || value >= ENDLESS ? UNLIMITED : value;
}

/** Is the limit `a` above the limit `b`, of which -1 is the highest? */
export function exceeds(a: i64, b: i64): bool {
  if (b == UNLIMITED) return false;
  return a == UNLIMITED || a > b;
}

/** The text of a file, "" when it is not known: a new cgroup then has the default. */
export function textOf(values: Value[], hierarchy: i32, file: string): string {
  for (let i: i32 = 0; i < values.length; i++)
    if (values[i].hierarchy == <u32>hierarchy && values[i].file == file) return values[i].text;
  return "";
}
