/** The same tables in every host of WebAssembly that there is: whoever embeds the engine gets the same answers. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { type Need, wasmtimePython, webAssemblyHost } from "../need.ts";
import { readVectors, vectorNames } from "../policy/vectors.ts";
import { bodyOf } from "./browser.ts";
import type { Case, Outcome } from "./table.ts";
import { transpile } from "./transpile.ts";

const test = topic("vectors in every host");
const timeout_ms = 120_000;
const directory = `${project}/dist/hosts`;
const component = `${project}/dist/policy.wasm`;
const names = vectorNames();
const wrongAnswers = `${directory}/wrong.json`;
const tables = [...names.map((name) => `${project}/test/vectors/${name}.json`), wrongAnswers];

/** Answers that the engine does not give, one for each way of being wrong. */
const WRONG: Omit<Case, "source">[] = [
  { name: "64 bits", function: "cpuWeight", arguments: ["1024n", "linear"], returns: "38n" },
  { name: "an error", function: "decide", arguments: [{}, "", "box", { $: "v2" }], throws: [] },
  {
    name: "no error",
    function: "decide",
    arguments: [{ pids: "-2n" }, "", "box", { $: "v2" }],
    returns: {},
  },
  {
    name: "a list",
    function: "decide",
    arguments: [{}, "", "box", { $: "v2" }],
    returns: { places: [] },
  },
  {
    name: "a text",
    function: "decide",
    arguments: [{}, "", "box", { $: "v2" }],
    returns: { why: { pointer: "/x" } },
  },
  {
    name: "a number",
    function: "decide",
    arguments: [{}, "", "box", { $: "v2" }],
    returns: { places: [{ hierarchy: 1 }] },
  },
  {
    name: "a boolean",
    function: "decide",
    arguments: [{}, "", "box", { $: "v2" }],
    returns: { places: [{ inheritCpuset: true }] },
  },
  {
    name: "a member",
    function: "decide",
    arguments: [{}, "", "box", { $: "v2" }],
    returns: { nothing: 1 },
  },
];

async function prepare(): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { definitions } = JSON.parse(readFileSync(`${project}/test/vectors/cgroups.json`, "utf8"));
  writeFileSync(wrongAnswers, JSON.stringify({ interface: "cgroups", definitions, cases: WRONG }));
  await transpile(component, `${directory}/jco`, "policy");
  await build({
    entryPoints: ["main", "both"].map((name) => `${project}/test/hosts/${name}.ts`),
    outdir: directory,
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["node:*"],
  });
}

async function output(program: string, args: string[]): Promise<Outcome[]> {
  // a directory of Node's is nothing for other engines
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
}

async function inBrowser(): Promise<Outcome[]> {
  const texts = JSON.stringify(tables.map((path) => readFileSync(path, "utf8")));
  const roots = { "/dist/": `${project}/dist`, "/page/": `${project}/test/hosts` };
  return JSON.parse(await bodyOf("/page/page.html", roots, { "/tables": texts }));
}

interface Host {
  name: string;
  needs: Need[];
  /** Of the outcomes, each for all tables. */
  bindings: string[];
  run: () => Promise<Outcome[]>;
}

const script = (...args: string[]) => [...args, `${directory}/main.js`, project, ...tables];
const allowed = [`--allow-read=${project}`, "--allow-env"];
const bindings = ["lean", "jco"];
const python = `${project}/test/hosts/vectors.py`;
const rust = () => `${process.env.WRUN_TEST_RUST}/vectors`;

const hosts: Host[] = [
  { name: "Node", needs: [], bindings, run: () => output(process.execPath, script()) },
  { name: "Bun", needs: ["bun"], bindings, run: () => output(webAssemblyHost("bun"), script()) },
  {
    name: "Deno",
    needs: ["deno"],
    bindings,
    run: () => output(webAssemblyHost("deno"), script("run", ...allowed)),
  },
  { name: "Chromium", needs: ["chromium"], bindings, run: inBrowser },
  {
    name: "Python",
    needs: ["wasmtime"],
    bindings: ["wasmtime"],
    run: () => output(wasmtimePython(), [python, component, ...tables]),
  },
  {
    name: "Rust",
    needs: ["rust"],
    bindings: ["wasmtime"],
    run: () => output(rust(), [component, ...tables]),
  },
];

let prepared: Promise<void> | undefined;

for (const { name: host, needs, bindings, run } of hosts) {
  let outcomes: Promise<Outcome[]> | undefined;
  const outcome = async (binding: string, table: number): Promise<Outcome> => {
    prepared ??= prepare();
    outcomes ??= prepared.then(run);
    const found = (await outcomes)[bindings.indexOf(binding) * tables.length + table];
    if (!found) throw new Error(`${host} has no outcome for \`${tables[table]}\``);
    return found;
  };

  for (const binding of bindings) {
    for (const [table, name] of names.entries()) {
      const { cases } = readVectors(name);
      test(`${host}, ${binding}: ${name}: ${cases.length} cases`, {
        needs,
        timeout_ms,
      }, async () => {
        const found = await outcome(binding, table);
        assert.equal(found.wrong, []);
        assert.is(found.interface, name);
        assert.is(found.cases, cases.length);
      });
    }

    test(`${host}, ${binding}: wrong answers are found`, { needs, timeout_ms }, async () => {
      const { wrong } = await outcome(binding, names.length);
      assert.equal(
        wrong.map((line) => line.split(":")[0]),
        WRONG.map(({ name }) => name),
      );
    });
  }
}

test.run();
