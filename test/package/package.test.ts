/** What somebody gets who has wrun as a dependency, beside the types, which test/library looks at. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { emptyProject, type Project } from "./tarball.ts";

const test = topic("the package");
const timeout_ms = 120_000;

const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));

let made: Project | undefined;

/** An empty directory where wrun has been installed. */
function installed(): Project {
  if (made) return made;
  made = emptyProject();
  made.run("npm", "init", "--yes");
  made.run("npm", "pkg", "set", "type=module");
  made.run("npm", "install", `./wrun-${version}.tgz`);
  return made;
}

function evaluate(...lines: string[]): unknown {
  const { directory, run } = installed();
  writeFileSync(join(directory, "main.js"), lines.join("\n"));
  return JSON.parse(run(process.execPath, "main.js"));
}

test("the files of the engine have names", { timeout_ms }, () => {
  const names = ["policy", "policy.wasm", "policy.core.wasm", "policy.wit"];
  const urls = evaluate(
    `const names = ${JSON.stringify(names)};`,
    "console.log(JSON.stringify(names.map((name) => import.meta.resolve('wrun/' + name))));",
  ) as string[];
  const files = urls.map((url) => fileURLToPath(url));
  assert.is(files.length, names.length);
  for (const file of files)
    assert.ok(file.includes("node_modules/wrun/") && existsSync(file), file);
  const bytes = (path: string) => readFileSync(path).toString("base64");
  assert.is(bytes(files[1] as string), bytes(join(project, "dist/policy.wasm")));
  assert.is(bytes(files[2] as string), bytes(join(project, "dist/policy.core.wasm")));
  assert.is(bytes(files[3] as string), bytes(join(project, "wasm/wit/policy.wit")));
});

test("a component is told from a core module by its header", () => {
  // WebAssembly core specification, 5.5.16; the component model's Binary.md: version 13, layer 1
  const header = (name: string) => [...readFileSync(join(project, "dist", name)).subarray(0, 8)];
  assert.equal(header("policy.core.wasm"), [0, 97, 115, 109, 1, 0, 0, 0]);
  assert.equal(header("policy.wasm"), [0, 97, 115, 109, 13, 0, 1, 0]);
});

test("the lean binding runs the engine", { timeout_ms }, () => {
  const answer = evaluate(
    'import { readFileSync } from "node:fs";',
    'import { fileURLToPath } from "node:url";',
    'import { instantiate } from "wrun/policy";',
    'const bytes = readFileSync(fileURLToPath(import.meta.resolve("wrun/policy.core.wasm")));',
    "const { idMaps } = instantiate(new WebAssembly.Module(bytes));",
    "const map = [{ containerId: 0, hostId: 100000, size: 65536 }];",
    "console.log(JSON.stringify(idMaps.toHost(7, map)));",
  );
  assert.is(answer, 100007);
});

test("without a compiler, wrun-bindgen says what to install", { timeout_ms }, () => {
  const { directory, run } = installed();
  const wit = "package a:b;\ninterface i { f: func(); }\nworld w { export i; }\n";
  writeFileSync(join(directory, "w.wit"), wit);
  assert.is(run("npx", "wrun-bindgen", "new", "w.wit"), "i.ts is for you to write\n");
  const install = "npm install --save-dev assemblyscript @bytecodealliance/jco-transpile";
  assert.throws(
    () => run("npx", "wrun-bindgen", "build", "w.wit"),
    (error: { stderr?: string }) =>
      error.stderr === `the compiler is missing: \`${install}\` beside wrun\n`,
  );
});

test.run();
