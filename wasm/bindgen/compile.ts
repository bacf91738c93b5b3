import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import * as asc from "assemblyscript/asc";
import { renamer } from "./rename.ts";
import { Stateless } from "./state.ts";

export interface Compilation {
  /** The text of the WIT package. */
  wit: string;
  world: string;
  /** The generated glue.ts. */
  entry: string;
  /** The generated names of the core exports to those the component model wants. */
  exports: Record<string, string>;
  /** Where the core module and the component go. */
  core: string;
  component: string;
}

/**
 * Compiles AssemblyScript to a core module and to a component, both reproducible byte for byte.
 *
 * Options of asc are in asconfig.json of the working directory. componentNew compares every core signature with the WIT.
 *
 * @throws with asc's own messages, or with wit-component's.
 */
export async function compile(options: Compilation): Promise<void> {
  const { wit, world, entry, exports, core, component } = options;
  mkdirSync(dirname(core), { recursive: true });
  mkdirSync(dirname(component), { recursive: true });
  const args = [entry, "--config", "asconfig.json", "--outFile", core];
  const { error, stderr } = await asc.main(args, {
    transforms: [renamer(exports), Stateless] as never,
  });
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  const embedded = await componentEmbed({
    binary: readFileSync(core),
    witSource: wit,
    world,
    stringEncoding: "utf16",
  } as never);
  writeFileSync(component, await componentNew(embedded, []));
}
