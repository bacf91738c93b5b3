import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { readWorld } from "../../wasm/bindgen/generate.ts";
import { camel } from "../../wasm/bindgen/name.ts";
import type { Func } from "../../wasm/bindgen/wit/model.ts";
import { instantiate, type Policy } from "../../wasm/generated/host.js";
import { project, topic } from "../harness.ts";
import { arbitrary, plain } from "./arbitrary.ts";
import { type Methods, startJco } from "./echo-host.ts";

const test = topic("bindgen policy");

process.chdir(project);
const core = new WebAssembly.Module(readFileSync("dist/policy.core.wasm"));
const lean = () => instantiate(core);
const PAGE_BYTES = 65536;
const MAX_PAGES = 256;

test("the policy engine imports nothing and its memory has a limit", () => {
  assert.equal(WebAssembly.Module.imports(core), []);
  const { memory } = new WebAssembly.Instance(core).exports as {
    memory: WebAssembly.Memory & { grow(pages: number): number };
  };
  const room = MAX_PAGES - memory.buffer.byteLength / PAGE_BYTES;
  assert.throws(() => memory.grow(room + 1), RangeError);
  memory.grow(room);
});

test("the lean binding and jco agree on any input", { timeout_ms: 120_000 }, async () => {
  const world = readWorld(readFileSync("wasm/wit/policy.wit", "utf8"), "policy");
  const one = lean() as unknown as Record<string, Methods>;
  const other = await startJco<typeof one>("dist/policy.wasm", "dist/bindgen/policy");
  for (const extern of world.exports) {
    if (extern.kind !== "interface") continue;
    const name = camel(extern.interface.name);
    for (const func of extern.interface.funcs) {
      const args = fc.tuple(...func.params.map((param) => arbitrary(param.type)));
      const agree = (given: unknown[]) =>
        isDeepStrictEqual(
          answer(one[name] as Methods, func, given),
          answer(other[name] as Methods, func, given),
        );
      fc.assert(fc.property(args, agree), { numRuns: 40, seed: 20240101 });
    }
  }
});

/** What a function returns or throws; a trap is thrown on. */
function answer(methods: Methods, func: Func, args: unknown[]): unknown {
  try {
    return { ok: plain(methods[camel(func.name)]?.(...args)) };
  } catch (error) {
    if (!(error instanceof Error) || !("payload" in error)) throw error;
    return { error: plain(error.payload) };
  }
}

const line = { containerId: 0, hostId: 100000, size: 65536 };

test("memory is given back after every call", () => {
  const policy = lean();
  const long = "/x".repeat(100_000);
  // 400 kB and more a call, 16 MB in all
  for (let call = 0; call < 200; call++) policy.idMaps.validate([line], 4096, long);
  const map = Array.from({ length: 20_000 }, () => line);
  for (let call = 0; call < 100; call++) policy.idMaps.toHost(70_000, map);
});

test("memory is given back when an argument is refused", () => {
  const policy = lean();
  const long = "/x".repeat(100_000);
  const wrong = [line, { ...line, hostId: "0" as unknown as number }];
  for (let call = 0; call < 200; call++) {
    assert.throws(
      () => policy.idMaps.explicit("uid", wrong, idFacts(), long),
      "`map[1].hostId` must be an integer from 0 to 4294967295, not the string `0`",
    );
    assert.throws(
      () => policy.idMaps.validate([line], 1.5, long),
      /^`pageSize` must be an integer/,
    );
  }
  assert.is(policy.idMaps.toHost(7, [line]), 100_007);
});

test("an argument larger than the memory is refused, and the instance goes on", () => {
  const policy = lean();
  const huge = "x".repeat((MAX_PAGES * PAGE_BYTES) / 2);
  assert.throws(() => policy.idMaps.validate([line], 4096, huge), /has no memory for \d+ bytes/);
  assert.is(policy.idMaps.toContainer(100_007, [line]), 7);
});

function idFacts(): Parameters<Policy["idMaps"]["explicit"]>[2] {
  return {
    pageSize: 4096,
    euid: 0,
    egid: 0,
    privileged: true,
    parentUids: [],
    parentGids: [],
    subuids: [],
    subgids: [],
    newuidmap: false,
    newgidmap: false,
  };
}

const PYTHON = `
import sys
from wasmtime import Config, Engine, Store
from wasmtime import component as wc
engine = Engine(Config())
store = Store(engine)
instance = wc.Linker(engine).instantiate(store, wc.Component.from_file(engine, sys.argv[1]))
outer = instance.get_export_index(store, "wrun:policy/id-maps@0.1.0")
to_host = instance.get_func(store, instance.get_export_index(store, "to-host", outer))
line = wc.Record()
line.__dict__.update({"container-id": 0, "host-id": 100000, "size": 65536})
for id in [7, 65536]:
    print(to_host(store, id, [line]))
    to_host.post_return(store)
`;

test("wasmtime runs the component", { needs: ["wasmtime"] }, ({ python }) => {
  const output = execFileSync(python, ["-c", PYTHON, "dist/policy.wasm"], { encoding: "utf8" });
  assert.is(output, "100007\nNone\n");
});

test.run();
