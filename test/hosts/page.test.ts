/** docs/embedding.md, followed by somebody who has the package, in every host that it names. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { factsText } from "../../runtime/facts/file.ts";
import { workstation } from "../doctor/hosts.ts";
import { project, topic } from "../harness.ts";
import { webAssemblyHost } from "../need.ts";
import { emptyProject, environment } from "../package/tarball.ts";
import { type Block, blocks, follow } from "../page.ts";
import { bodyOf } from "./browser.ts";

const test = topic("the page of embedders");
const timeout_ms = 180_000;
const page = blocks(readFileSync(join(project, "docs/embedding.md"), "utf8"));
const find = (is: (block: Block) => boolean): number => page.findIndex(is);
const html = find(({ name }) => name === "page.html");
const python = find(({ name }) => name === "plan.py");

/** What Node prints of config.json and of wrong.json, and so does every other host. */
const [plan = "", wrong = ""] = page
  .slice(find(({ name }) => name === "plan.js"))
  .flatMap(({ language, text }) => (language === "text" ? [text] : []));

let place = "";

test("Node", { timeout_ms }, () => {
  place = emptyProject().directory;
  writeFileSync(join(place, "host.json"), factsText(workstation.facts));
  follow(page.slice(0, html), place, environment);
});

function prints(program: string, args: string[]): void {
  const options = { cwd: place, env: environment, encoding: "utf8" } as const;
  const print = (config: string) => execFileSync(program, [...args, "host.json", config], options);
  assert.match(plan, "memory.max = ");
  assert.is(print("config.json"), plan);
  assert.is(print("wrong.json"), wrong);
}

for (const host of ["bun", "deno"] as const) {
  test(host, { needs: [host], timeout_ms }, () => {
    const args = host === "deno" ? ["run", "--allow-read", "plan.js"] : ["plan.js"];
    prints(webAssemblyHost(host), args);
  });
}

test("Chromium", { needs: ["chromium"], timeout_ms }, async () => {
  follow(page.slice(html, html + 1), place, environment);
  assert.is(`${await bodyOf("/page.html", { "/": `${place}/` })}\n`, plan);
});

test("Python", { needs: ["wasmtime"], timeout_ms }, ({ python: program }) => {
  follow(page.slice(python, python + 1), place, environment);
  prints(program, ["plan.py", "node_modules/wrun/dist/policy.wasm"]);
});

test("Rust", { needs: ["rust"], timeout_ms }, () => {
  const shownSource = page.find(({ language }) => language === "rust")?.text;
  const source = readFileSync(join(project, "test/hosts/rust/src/bin/embed.rs"), "utf8");
  assert.is(shownSource, source, "the program of .ci/hosts is the page's");
  const component = join(project, "dist/policy.wasm");
  prints(`${process.env.WRUN_TEST_RUST}/embed`, [component]);
});

test.run();
