import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import * as asc from "assemblyscript/asc";
import { pack, strip } from "./pack.ts";
import { renamer } from "./rename.ts";
import { Stateless } from "./state.ts";

export interface Compilation {
  /** The text of the WIT package. */
  wit: string;
  world: string;
  /** The generated glue.ts. */
  entry: string;
  /** The options of asc, a JSON file. */
  config: string;
  /** More of them, as on its command line. */
  options?: string[];
  /** The generated names of the core exports to those the component model wants. */
  exports: Record<string, string>;
  /** Where the core module and the component go. */
  core: string;
  component: string;
}

/**
 * Compiles AssemblyScript to a core module and to a component, both reproducible byte for byte. The component is packed:
 * it travels. The core module is for a host beside it on the disk, and starts half a millisecond earlier without.
 *
 * componentNew compares every core signature with the WIT.
 *
 * @throws with asc's own messages, or with wit-component's.
 */
export async function compile(compilation: Compilation): Promise<void> {
  const { wit, world, entry, config, options = [], exports, core, component } = compilation;
  mkdirSync(dirname(core), { recursive: true });
  mkdirSync(dirname(component), { recursive: true });
  const args = [entry, "--config", config, "--outFile", core, ...options];
  const { error, stderr } = await asc.main(args, {
    transforms: [renamer(exports), Stateless] as never,
  });
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  const plain = strip(readFileSync(core));
  writeFileSync(core, plain);
  const embedded = await componentEmbed({
    binary: pack(plain),
    witSource: wit,
    world,
    stringEncoding: "utf16",
  } as never);
  writeFileSync(component, strip(await componentNew(embedded, [])));
}
