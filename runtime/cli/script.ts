/** The command line's code with what V8 made of it when wrun was built: compiling takes 50 ms without. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** `cli` has every command, the others only some (script-command.ts): half a megabyte takes 4 ms to read. */
export type ScriptName = "cli" | "launch" | "light";

export interface CliScript {
  script: Script;
  run(): void;
}

/** Code of another version of Node is refused by V8 and compiled anew; so is all code where there is no cache. */
export function cliScript(directory: string, name: ScriptName): CliScript {
  const filename = join(directory, `${name}.cjs`);
  // A function of what it uses, as the build writes it. esbuild leaves ASCII, and V8 makes a copy of all that might not be.
  const source = readFileSync(filename, "latin1");
  const script = new Script(source, { filename, cachedData: readCache(directory, name) });
  const run = (): void => {
    const module = { exports: {} };
    script.runInThisContext()(require, module, module.exports, filename);
  };
  return { script, run };
}

export function cachePath(directory: string, name: ScriptName): string {
  return join(directory, `${name}.cache`);
}

function readCache(directory: string, name: ScriptName): Buffer | undefined {
  try {
    return readFileSync(cachePath(directory, name));
  } catch {
    return undefined;
  }
}

/** Where this file was bundled to. */
export function here(): string {
  return dirname(__filename);
}
