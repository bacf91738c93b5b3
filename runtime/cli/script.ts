/** The command line's code, dist/cli.cjs, with what V8 made of it when wrun was built: compiling takes 50 ms without. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

export interface CliScript {
  script: Script;
  run(): void;
}

/** Code of another version of Node is refused by V8 and compiled anew; so is all code where there is no cache. */
export function cliScript(directory: string): CliScript {
  const filename = join(directory, "cli.cjs");
  const source = readFileSync(filename, "utf8");
  const script = new Script(`(function (require, module, exports, __filename) {${source}\n})`, {
    filename,
    cachedData: readCache(directory),
  });
  const run = (): void => {
    const module = { exports: {} };
    script.runInThisContext()(createRequire(filename), module, module.exports, filename);
  };
  return { script, run };
}

export function cachePath(directory: string): string {
  return join(directory, "cli.cache");
}

function readCache(directory: string): Buffer | undefined {
  try {
    return readFileSync(cachePath(directory));
  } catch {
    return undefined;
  }
}

/** Where this file was bundled to. */
export function here(): string {
  return dirname(__filename);
}
