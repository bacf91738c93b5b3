/** The tables of test/vectors, which its README.md describes. */
import { readdirSync, readFileSync } from "node:fs";
import { readWorld } from "../../wasm/bindgen/generate.ts";
import { camel } from "../../wasm/bindgen/name.ts";
import type { Func } from "../../wasm/bindgen/wit/model.ts";
import { funcsOf } from "../../wasm/bindgen/world.ts";
import { project } from "../harness.ts";
import { type Case, readTable, type Value } from "../hosts/table.ts";

export type { Case, Value };

/** The interfaces that have a table. */
export function vectorNames(): string[] {
  return readdirSync(`${project}/test/vectors`)
    .flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? [])
    .sort();
}

export function readVectors(name: string): { interface: string; cases: Case[] } {
  return readTable(readFileSync(`${project}/test/vectors/${name}.json`, "utf8"));
}

/** Every function that the world exports, by the names of the binding: `idMaps.toHost`. */
export function functions(): Map<string, Func> {
  const world = readWorld(readFileSync(`${project}/wasm/wit/policy.wit`, "utf8"), "policy");
  return new Map(
    funcsOf(world.exports).map(({ owner, func }) => [
      `${camel(owner?.name ?? "")}.${camel(func.name)}`,
      func,
    ]),
  );
}

export function functionNames(): string[] {
  return [...functions().keys()].sort();
}
