/** Reads test/vectors; its README.md says how they are written. */
import { readFileSync } from "node:fs";
import { project } from "../harness.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Value = Json | bigint | undefined | Value[] | { [key: string]: Value };

export interface Case {
  name: string;
  source: string;
  function: string;
  arguments: Value[];
  returns?: Value;
  throws?: Value;
}

interface File {
  interface: string;
  definitions: Record<string, Json>;
  cases: (Omit<Case, "arguments"> & { arguments: Json[]; returns?: Json; throws?: Json })[];
}

export function readVectors(name: string): { interface: string; cases: Case[] } {
  const file = JSON.parse(readFileSync(`${project}/test/vectors/${name}.json`, "utf8")) as File;
  const value = (json: Json): Value => expand(json, file.definitions);
  const cases = file.cases.map((each) => ({
    ...each,
    arguments: each.arguments.map(value),
    ...(each.returns !== undefined && { returns: value(each.returns) }),
    ...(each.throws !== undefined && { throws: value(each.throws) }),
  }));
  return { interface: file.interface, cases };
}

function expand(json: Json, definitions: Record<string, Json>): Value {
  if (json === null) return undefined;
  if (typeof json === "string") return /^-?\d+n$/.test(json) ? BigInt(json.slice(0, -1)) : json;
  if (typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((each) => expand(each, definitions));
  const { $: name, ...rest } = json;
  const own = Object.entries(rest).map(([key, each]) => [key, expand(each, definitions)] as const);
  const base = typeof name === "string" ? expand(definition(name, definitions), definitions) : {};
  return { ...(base as Record<string, Value>), ...Object.fromEntries(own) };
}

function definition(name: string, definitions: Record<string, Json>): Json {
  const found = definitions[name];
  if (found === undefined) throw new RangeError(`the vectors have no definition \`${name}\``);
  return found;
}

/** Where an answer does not contain what is wanted, as `path: wanted, found`; "" when it does. */
export function difference(wanted: Value, found: Value, path = ""): string {
  if (wanted === null || typeof wanted !== "object") {
    return wanted === found ? "" : `${path}: ${show(wanted)} was wanted, ${show(found)} came`;
  }
  if (found === null || typeof found !== "object") return `${path}: ${show(found)} came`;
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length !== found.length) {
    return `${path}: ${wanted.length} items were wanted, these came: ${show(found)}`;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const other = difference(value, (found as Record<string, Value>)[key], `${path}/${key}`);
    if (other !== "") return other;
  }
  return "";
}

function show(value: Value): string {
  return (
    JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)) ?? "nothing"
  );
}
