/**
 * Builds the policy engine: sources and host binding into wasm/generated, the component and its core module into dist.
 * The working directory is the root of the project.
 */
import { readFileSync } from "node:fs";
import { compile } from "./bindgen/compile.ts";
import { readWorld, writeHost, writeSources } from "./bindgen/generate.ts";

const wit = readFileSync("wasm/wit/policy.wit", "utf8");
const world = readWorld(wit, "policy");
const exports = writeSources(world, "wasm/generated/as", (name) => `../../policy/${name}`);
await compile({
  wit,
  world: world.name,
  entry: "wasm/generated/as/glue.ts",
  config: "asconfig.json",
  exports,
  core: "dist/policy.core.wasm",
  component: "dist/policy.wasm",
});
// last, so that the binding belongs to the core module even after a build that failed
writeHost(world, "wasm/generated/host.js");
