/**
 * Tables of test/vectors in a JavaScript engine with files (Node, Bun, Deno): main.js PROJECT TABLE... prints an outcome for
 * each table and each of the two bindings, as JSON.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runAll } from "./both.ts";

const [project = "", ...tables] = process.argv.slice(2);
const load = (path: string) => import(pathToFileURL(`${project}/${path}`).href);
const core = new WebAssembly.Module(readFileSync(`${project}/dist/policy.core.wasm`));
const lean = (await load("dist/policy.js")).instantiate(core);
const jco = await load("dist/hosts/jco/policy.js");
const texts = tables.map((path) => readFileSync(path, "utf8"));
console.log(JSON.stringify(runAll({ lean, jco }, texts)));
