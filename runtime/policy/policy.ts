/** The policy engine, dist/policy.core.wasm, in this process. */
import { readFileSync } from "node:fs";
import { instantiate, type Policy } from "../../wasm/generated/host.js";

/** Bundles are in dist/, dist/chunk/ and dist/test/AREA/; a loader of sources runs runtime/policy/ itself. */
const candidates = ["./", "../", "../../", "../../../", "../../dist/"];

let loaded: Policy | undefined;

/** The engine, loaded when it is first needed: most commands decide nothing, and loading takes a millisecond. */
export function policy(): Policy {
  loaded ??= instantiate(new WebAssembly.Module(coreModule()));
  return loaded;
}

function coreModule(): Uint8Array<ArrayBuffer> {
  for (const directory of candidates) {
    try {
      return Uint8Array.from(
        readFileSync(new URL(`${directory}policy.core.wasm`, import.meta.url)),
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new Error("`policy.core.wasm` is missing: run `npm run build`, or install wrun anew");
}
