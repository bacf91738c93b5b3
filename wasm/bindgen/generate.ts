import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assemblyScript } from "./as/module.ts";
import { hostTypes } from "./js/declare.ts";
import { hostBinding } from "./js/module.ts";
import type { World } from "./wit/model.ts";
import { readWit } from "./wit/resolver.ts";

/** Where build.mjs puts the run-time halves of the bindings, cabi.ts and cabi.js, for a build in the project itself. */
const PARTS = "dist/bindgen";

/** The world of that name in the text of a WIT package. */
export function readWorld(wit: string, name: string): World {
  const world = readWit(wit).worlds.get(name);
  if (!world) throw new Error(`wit: no world \`${name}\``);
  return world;
}

/**
 * Writes the AssemblyScript sources of a world into a directory of their own, which is emptied first.
 *
 * @returns the names of the core exports for compile().
 */
export function writeSources(
  world: World,
  directory: string,
  implementation: (name: string) => string,
  parts = PARTS,
): Record<string, string> {
  const { files, exports } = assemblyScript(world, implementation);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  copyFileSync(join(parts, "cabi.ts"), join(directory, "cabi.ts"));
  return exports;
}

/**
 * Writes the lean host binding of a world: `path`, which ends in .js, and beside it its types as .d.ts and the run-time half,
 * cabi.js.
 */
export function writeHost(world: World, path: string, parts = PARTS): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path.replace(/\.js$/, ".d.ts"), hostTypes(world));
  writeFileSync(path, hostBinding(world, "./cabi.js"));
  copyFileSync(join(parts, "cabi.js"), join(dirname(path), "cabi.js"));
}
