import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { compile } from "../../wasm/bindgen/compile.ts";
import { readWorld, writeSources } from "../../wasm/bindgen/generate.ts";
import { project, topic } from "../harness.ts";

const test = topic("bindgen compile");
const timeout_ms = 120_000;

process.chdir(project);

const WIT = `package t:small;
interface greeting { greet: func(name: string) -> string; }
world small { export greeting; }`;

const GREET = "export function greet(name: string): string { return PREFIX + name; }";

/** Compiles the world with an implementation of `greeting`; gives the bytes of core module and component. */
async function build(implementation: string): Promise<Uint8Array[]> {
  const directory = "dist/bindgen/small";
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const exports = writeSources(readWorld(WIT, "small"), `${directory}/as`, (name) => `../${name}`);
  writeFileSync(`${directory}/greeting.ts`, implementation);
  const [core, component] = [`${directory}/small.core.wasm`, `${directory}/small.wasm`];
  const entry = `${directory}/as/glue.ts`;
  const config = "asconfig.json";
  await compile({ wit: WIT, world: "small", entry, config, exports, core, component });
  return [readFileSync(core), readFileSync(component)];
}

async function failure(implementation: string): Promise<string> {
  try {
    await build(implementation);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing failed";
}

test("the same source gives the same bytes", { timeout_ms }, async () => {
  const source = `const PREFIX = "hello ";\n${GREET}`;
  assert.equal(await build(source), await build(source));
});

test("an object that outlives a call is refused", { timeout_ms }, async () => {
  assert.match(
    await failure(`let PREFIX: string = "hello ";\n${GREET}`),
    /`dist\/bindgen\/small\/greeting\/PREFIX` would keep an object from one call to the next/,
  );
  const inside = "class Cache { static last: string | null = null; }\n";
  const use = "export function greet(name: string): string { Cache.last = name; return name; }";
  assert.match(await failure(inside + use), /`[^`]*Cache\.last` would keep an object/);
  const number =
    "let calls = 0;\nexport function greet(name: string): string { calls++; return name; }";
  assert.is(await failure(number), "nothing failed");
});

test("a function that the WIT wants and nobody wrote is an error", { timeout_ms }, async () => {
  assert.match(await failure("export const a = 1;"), /greeting\.greet|'greet'/);
});

test("a world that is not there is an error", () => {
  assert.throws(() => readWorld(WIT, "large"), "wit: no world `large`");
});

test.run();
