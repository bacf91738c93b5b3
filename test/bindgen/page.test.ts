/** wasm/bindgen/README.md, followed in an empty directory by somebody who has the package. */
import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { emptyProject, environment } from "../package/tarball.ts";
import { blocks, follow } from "../page.ts";

const test = topic("the page of bindgen");
const timeout_ms = 180_000;

const page = blocks(readFileSync(join(project, "wasm/bindgen/README.md"), "utf8"));
const python = page.findIndex(({ language }) => language === "python");
let place = "";

test("from a WIT file to a component that Node calls", { timeout_ms }, () => {
  assert.ok(python > 0);
  place = emptyProject().directory;
  follow(page.slice(0, python), place, environment);
});

test("Python calls it", { needs: ["wasmtime"], timeout_ms }, ({ python: program }) => {
  const PATH = `${dirname(program)}${delimiter}${process.env.PATH}`;
  follow(page.slice(python), place, { ...environment, PATH });
});

test.run();
