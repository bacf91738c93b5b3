// Numbers and lines of the kernel's statistics files. What is malformed is null and never a trap.

import { Opt } from "../../generated/as/cabi";

const SPACE: i32 = 0x20;

function isBlank(unit: i32): bool {
  return unit == SPACE || (unit >= 9 && unit <= 13);
}

/** A decimal number that fits into 64 bits, and nothing else. */
export function number(text: string): Opt<u64> | null {
  let value: u64 = 0;
  for (let i: i32 = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return null;
    const digit = <u64>(unit - 0x30);
    if (value > (u64.MAX_VALUE - digit) / 10) return null;
    value = value * 10 + digit;
  }
  return text.length ? new Opt<u64>(value) : null;
}

/** `12.34`, as PSI writes shares of time; NaN for anything else. */
export function percent(text: string): f64 {
  const point = text.indexOf(".");
  const whole = number(point < 0 ? text : text.substring(0, point));
  const decimals = point < 0 ? "" : text.substring(point + 1);
  const fraction = number(decimals);
  if (!whole || (point >= 0 && !fraction) || decimals.length > 6) return NaN;
  let scale: f64 = 1;
  for (let i: i32 = 0; i < decimals.length; i++) scale *= 10;
  // One division, so that the result is the double nearest to what is written.
  return (<f64>whole.value * scale + (fraction ? <f64>fraction.value : 0)) / scale;
}

export function trim(text: string): string {
  let start: i32 = 0;
  let end: i32 = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.substring(start, end);
}

/** The rest of the first line that begins with `key` and a space; null when there is none. */
export function valueOf(text: string, key: string): string | null {
  const head = key + " ";
  for (let at: i32 = 0; at >= 0 && at < text.length; ) {
    const found = text.indexOf(head, at);
    if (found < 0) return null;
    if (found == 0 || text.charCodeAt(found - 1) == 0x0a) {
      const end = text.indexOf("\n", found);
      return trim(text.substring(found + head.length, end < 0 ? text.length : end));
    }
    at = found + head.length;
  }
  return null;
}

/** `rbytes` of `rbytes=1 wbytes=2`, among words; null when there is none. */
export function pairOf(words: string[], key: string): string | null {
  const head = key + "=";
  for (let i: i32 = 0; i < words.length; i++)
    if (words[i].startsWith(head)) return words[i].substring(head.length);
  return null;
}

/** More lines than any such file has; it bounds the memory, of which nothing is freed before the end of a call. */
const LINES_MOST: i32 = 8192;

export function lines(text: string): string[] {
  return text.split("\n", LINES_MOST);
}

/** The words of a line; not String.split, which answers an empty one for each further space. */
export function words(line: string): string[] {
  const list: string[] = [];
  let start: i32 = -1;
  for (let i: i32 = 0; i <= line.length; i++) {
    const blank = i == line.length || isBlank(line.charCodeAt(i));
    if (!blank && start < 0) start = i;
    if (blank && start >= 0) {
      list.push(line.substring(start, i));
      start = -1;
    }
  }
  return list;
}
