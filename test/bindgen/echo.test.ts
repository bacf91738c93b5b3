import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { plain } from "./arbitrary.ts";
import { buildEcho } from "./echo.ts";
import { echoImports, fuzz, fuzzMany, type Instance } from "./echo-host.ts";

const test = topic("bindgen echo");
const directory = "dist/bindgen-echo";
const RUNS = 25;
const timeout_ms = 120_000;

process.chdir(project);
rmSync(directory, { recursive: true, force: true });
const building = buildEcho(directory);
const seen: unknown[] = [];

async function lean(core = "echo.core.wasm"): Promise<Instance> {
  const { instantiate } = await import(pathToFileURL(resolve(directory, "host.js")).href);
  const module = new WebAssembly.Module(readFileSync(join(directory, core)));
  return instantiate(module, echoImports(await building, seen));
}

async function jco(): Promise<Instance> {
  const { files } = await transpileBytes(readFileSync(join(directory, "echo.wasm")), {
    name: "echo",
    instantiation: "sync",
    noComponentErrorWrapping: false,
  });
  const to = resolve(directory, "jco");
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, "package.json"), '{ "type": "module" }');
  for (const [name, bytes] of Object.entries(files as Record<string, Uint8Array>)) {
    mkdirSync(join(to, name, ".."), { recursive: true });
    writeFileSync(join(to, name), bytes);
  }
  const { instantiate } = await import(pathToFileURL(join(to, "echo.js")).href);
  const load = (name: string) => new WebAssembly.Module(readFileSync(join(to, name)));
  return instantiate(load, echoImports(await building, seen));
}

function several(instance: Instance): void {
  const { down } = instance;
  assert.is(instance.plainOut("hi€"), "hi€!~?");
  const shape = { tag: "text", val: "zz" };
  const many = down.many?.(7, "ü", 1.5, 9n, shape);
  assert.equal(plain(many), ["7 ü 1.5 9", shape]);
  assert.equal(plain(down.many?.(0, "", -0.5, undefined, { tag: "none" })), [
    "0  -0.5 ",
    { tag: "none" },
  ]);
  seen.length = 0;
  assert.is(down.nothing?.(), undefined);
  assert.is(down.load?.(1, "x", -(2n ** 63n)), -(2n ** 63n));
  assert.equal(seen, [1, "x", -(2n ** 63n)]);
  assert.is(down.delete?.(), "deleted");
}

test("every type survives the lean binding, in exports and imports", { timeout_ms }, async () => {
  const echo = await building;
  const instance = await lean();
  several(instance);
  assert.ok(fuzz(echo, instance, seen, RUNS) > 3000);
  fuzzMany(echo, instance, seen, RUNS);
});

test("every type survives jco", { timeout_ms }, async () => {
  const echo = await building;
  const instance = await jco();
  several(instance);
  assert.ok(fuzz(echo, instance, seen, RUNS) > 3000);
  fuzzMany(echo, instance, seen, RUNS);
});

test("every type survives wasmtime", { needs: ["wasmtime"], timeout_ms }, async ({ python }) => {
  const { down } = await building;
  const names = down.funcs.map(({ name }) => name).filter((name) => /^(echo|pass)-/.test(name));
  const script = join(project, "test/bindgen/echo.py");
  const output = execFileSync(python, [script, join(directory, "echo.wasm"), `${RUNS}`, ...names], {
    encoding: "utf8",
  });
  assert.match(output, /^\d{4,} round trips, 0 wrong\n$/);
});

test.run();
