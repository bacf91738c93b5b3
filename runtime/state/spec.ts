/** The spec of a container as it was used, beside its record: for the commands that come later. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSpec } from "../spec/check/check.ts";
import { specText } from "../spec/default.ts";
import { readJson } from "../spec/json.ts";
import type { Spec } from "../spec/types.ts";

const file = "config.json";

export function writeSpec(directory: string, spec: Spec): void {
  writeFileSync(join(directory, file), specText(spec), { mode: 0o600 });
}

/** Throws what node:fs throws, and ERR_CONFIG_INVALID for what was not written by `writeSpec`. */
export function readSpec(directory: string): Spec {
  return checkSpec(readJson(readFileSync(join(directory, file))));
}
