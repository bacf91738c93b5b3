import type { ErrorCode } from "../../error.ts";
import type { Json, JsonObject } from "../json.ts";
import { below } from "../pointer.ts";
import { quote } from "../quote.ts";

/** One thing that is wrong with a document. Problems are collected, so that one run shows them all. */
export interface Problem {
  code: ErrorCode;
  pointer: string;
  message: string;
  hint?: string;
}

/**
 * A place in the document: its value (undefined when it is not there), the way to it, and where problems go. The pointer
 * is made only for a problem: most places have none.
 */
export interface At {
  readonly value: Json | undefined;
  readonly parent?: At;
  readonly part: string | number;
  readonly problems: Problem[];
}

/** The JSON pointer to a place. */
export function pointerOf({ parent, part }: At): string {
  return parent === undefined ? "" : below(pointerOf(parent), part);
}

/*
 * Every reader answers undefined both for what is absent and for what is wrong; only the wrong adds a problem.
 */

/** The place of a property of an object, there or not. */
export function field(at: At, name: string): At {
  const value = at.value instanceof Map ? at.value.get(name) : undefined;
  return { value, parent: at, part: name, problems: at.problems };
}

/** Puts a problem on record. Answers undefined, which is what a reader answers then. */
export function wrong(at: At, message: string, hint?: string, code?: ErrorCode): undefined {
  const problem: Problem = { code: code ?? "ERR_CONFIG_INVALID", pointer: pointerOf(at), message };
  at.problems.push(hint === undefined ? problem : { ...problem, hint });
  return undefined;
}

/** Adds a problem when the value is absent. */
export function required<T>(at: At, read: (at: At) => T | undefined): T | undefined {
  if (at.value === undefined) return wrong(at, `${named(at)} is missing`);
  return read(at);
}

/** A map of properties. */
export function object(at: At): JsonObject | undefined {
  if (at.value === undefined || at.value instanceof Map) return at.value;
  return wrong(at, `${named(at)} is ${kind(at.value)}, not an object`);
}

/** A string, also an empty one. */
export function string(at: At): string | undefined {
  if (at.value === undefined || typeof at.value === "string") return at.value;
  return wrong(at, `${named(at)} is ${kind(at.value)}, not a string`);
}

/** A string that says something. */
export function text(at: At): string | undefined {
  const value = string(at);
  return value === "" ? wrong(at, `${named(at)} is empty`) : value;
}

/** True or false. */
export function boolean(at: At): boolean | undefined {
  if (at.value === undefined || typeof at.value === "boolean") return at.value;
  return wrong(at, `${named(at)} is ${kind(at.value)}, not true or false`);
}

/** An integer within bounds, both included; numbers beyond 2^53 are refused, not rounded. */
export function integer(at: At, min: number, max: number): number | undefined {
  const { value } = at;
  if (value === undefined) return undefined;
  if (typeof value === "bigint") return wrong(at, `${named(at)} is ${value}, beyond 2^53`);
  if (typeof value !== "number") return wrong(at, `${named(at)} is ${kind(value)}, not a number`);
  if (!Number.isInteger(value)) return wrong(at, `${named(at)} is ${value}, not an integer`);
  if (value < min || value > max) {
    return wrong(at, `${named(at)} is ${value}, not between ${min} and ${max}`);
  }
  // JSON has -0.
  return value + 0;
}

/** One of the words that the specification lists. */
export function oneOf<T extends string>(at: At, words: readonly T[]): T | undefined {
  const value = string(at);
  const known = words.find((word) => word === value);
  if (value === undefined || known !== undefined) return known;
  return wrong(at, `${named(at)} is ${quote(value)}, not one of ${words.join(", ")}`);
}

/** Entries that are wrong are left out: their problem is on record. */
export function list<T>(at: At, each: (at: At) => T | undefined): T[] | undefined {
  if (at.value === undefined) return undefined;
  if (!Array.isArray(at.value)) return wrong(at, `${named(at)} is ${kind(at.value)}, not an array`);
  const result: T[] = [];
  at.value.forEach((value, index) => {
    const item = each({ value, parent: at, part: index, problems: at.problems });
    if (item !== undefined) result.push(item);
  });
  return result;
}

/** A map of strings. Built without a prototype's help: a key may be any string. */
export function record(
  at: At,
  each: (at: At, key: string) => string | undefined,
): Record<string, string> | undefined {
  const map = object(at);
  if (map === undefined) return undefined;
  const entries: [string, string][] = [];
  for (const key of map.keys()) {
    const value = each(field(at, key), key);
    if (value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

/** The second of two entries with the same key is a problem. */
export function unique<T>(at: At, items: T[] | undefined, key: (item: T) => string): void {
  const seen = new Set<string>();
  for (const item of items ?? []) {
    const name = key(item);
    if (seen.has(name)) wrong(at, `${named(at)} has ${quote(name)} twice`);
    seen.add(name);
  }
}

/** A path that begins at the root. */
export function absolute(at: At): string | undefined {
  const path = text(at);
  if (path === undefined || path.startsWith("/")) return path;
  return wrong(at, `${named(at)} is ${quote(path)}, not an absolute path`);
}

/** An object without the properties that are undefined, as OCI's own writers leave them out. */
export function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** The property as it is called in messages: `process.args[0]`. */
export function named(at: At): string {
  const words: string[] = [];
  for (let place = at; place.parent !== undefined; place = place.parent) {
    words.unshift(typeof place.part === "number" ? `[${place.part}]` : `.${place.part}`);
  }
  return words.length === 0 ? "`config.json`" : quote(words.join("").slice(1));
}

function kind(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Map) return "an object";
  return typeof value === "string"
    ? "a string"
    : typeof value === "boolean"
      ? "a boolean"
      : "a number";
}
