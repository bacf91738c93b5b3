import { readFileSync } from "node:fs";
import { compile } from "./bindgen/compile.ts";
import { readWorld, writeHost, writeSources } from "./bindgen/generate.ts";

const wit = readFileSync("wasm/wit/policy.wit", "utf8");
const world = readWorld(wit, "policy");
const exports = writeSources(world, "wasm/generated/as", (name) => `../../policy/${name}`);
await writeHost(world, "wasm/generated/host.js");
await compile({
  wit,
  world: "policy",
  entry: "wasm/generated/as/glue.ts",
  exports,
  core: "dist/policy.core.wasm",
  component: "dist/policy.wasm",
});
