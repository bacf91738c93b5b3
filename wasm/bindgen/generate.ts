import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { assemblyScript } from "./as/module.ts";
import { hostTypes } from "./js/declare.ts";
import { hostBinding } from "./js/module.ts";
import type { World } from "./wit/model.ts";
import { readWit } from "./wit/resolver.ts";

/** The run-time half in AssemblyScript, relative to the package root, which is the working directory of all builds. */
const CABI = "wasm/bindgen/runtime/cabi.ts";
/** The run-time half in JavaScript, which host bindings are bundled with. */
const HOST = "wasm/bindgen/host";

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
): Record<string, string> {
  const { files, exports } = assemblyScript(world, implementation);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  copyFileSync(CABI, join(directory, "cabi.ts"));
  return exports;
}

/** Writes the lean host binding of a world and its types: `path`, which ends in .js, and a .d.ts beside it. */
export async function writeHost(world: World, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path.replace(/\.js$/, ".d.ts"), hostTypes(world));
  await build({
    stdin: { contents: hostBinding(world, "./index.ts"), resolveDir: HOST, loader: "js" },
    outfile: path,
    bundle: true,
    format: "esm",
    target: "es2022",
    banner: { js: "// Generated from WIT by wasm/bindgen; do not edit." },
    logLevel: "warning",
  });
}
