import { ValueError } from "./error.ts";

/** From JavaScript to core values: each takes anything and gives the number to store, or throws a ValueError. */

export function bool(value: unknown): number {
  if (typeof value !== "boolean") throw new ValueError("a boolean", value);
  return value ? 1 : 0;
}

function integer(least: number, most: number): (value: unknown) => number {
  return (value) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    throw new ValueError(`an integer from ${least} to ${most}`, value);
  };
}

export const u8 = integer(0, 0xff);
export const s8 = integer(-0x80, 0x7f);
export const u16 = integer(0, 0xffff);
export const s16 = integer(-0x8000, 0x7fff);
export const u32 = integer(0, 0xffffffff);
export const s32 = integer(-0x80000000, 0x7fffffff);

function long(least: bigint, most: bigint): (value: unknown) => bigint {
  return (value) => {
    if (typeof value === "bigint" && value >= least && value <= most) return value;
    throw new ValueError(`a bigint from ${least} to ${most}`, value);
  };
}

export const u64 = long(0n, 2n ** 64n - 1n);
export const s64 = long(-(2n ** 63n), 2n ** 63n - 1n);

export function f64(value: unknown): number {
  if (typeof value !== "number") throw new ValueError("a number", value);
  return value;
}

export const f32 = f64;

/** One Unicode scalar value: two UTF-16 units when it is above U+FFFF, and no surrogate. */
export function char(value: unknown): number {
  if (typeof value === "string") {
    const code = value.codePointAt(0) ?? 0xd800;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (!surrogate && value.length === (code > 0xffff ? 2 : 1)) return code;
  }
  throw new ValueError("a string of one character", value);
}

/** The place of an enum's value among its cases. */
export function caseOf(value: unknown, cases: readonly string[]): number {
  const index = cases.indexOf(value as string);
  if (index < 0) throw new ValueError(`one of ${cases.join(", ")}`, value);
  return index;
}

/** A label that is not there is not set, as jco has it. */
export function flags(value: unknown, labels: readonly string[]): number {
  const given = object(value);
  let bits = 0;
  for (let bit = 0; bit < labels.length; bit++) {
    const label = labels[bit] as string;
    const set = given[label];
    if (set === true) bits |= 1 << bit;
    else if (set !== undefined && set !== false)
      throw new ValueError("a boolean", set).inside(label);
  }
  return bits >>> 0;
}

export function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ValueError("an object", value);
  }
  return value as Record<string, unknown>;
}

export function array(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ValueError("an array", value);
  return value;
}

export function tuple(value: unknown, length: number): unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw new ValueError(`an array of ${length}`, value);
  }
  return value;
}

/** The complaint about a `{ tag, val }` whose tag is none of its type's. */
export function badTag(tag: unknown, tags: readonly string[]): ValueError {
  return new ValueError(`one of ${tags.join(", ")}`, tag).inside("tag");
}

/** A function that the world imports and the caller of instantiate() must give. */
export function required(given: unknown, name: string): unknown {
  if (typeof given !== "function")
    throw new ValueError("a function", given).inside(`imports: ${name}`);
  return given;
}
