/** The policy engine, dist/policy.core.wasm, in this process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../shim/package-root.ts";
import { instantiate, type Policy } from "../../wasm/generated/host.js";

let loaded: Policy | undefined;

/** The engine, loaded when it is first needed: most commands decide nothing, and loading takes a millisecond. */
export function policy(): Policy {
  loaded ??= instantiate(new WebAssembly.Module(coreModule()));
  return loaded;
}

/** After a trap nobody knows what the engine's memory holds: the next call gets a new engine. */
export function forgetPolicy(): void {
  loaded = undefined;
}

function coreModule(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(join(packageRoot(), "dist", "policy.core.wasm")));
}
