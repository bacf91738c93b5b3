import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { sources } from "./file.ts";
import * as rules from "./rule.ts";

const test = topic("tidy");
const files = sources(project);

function holds(rule: rules.Rule, bad: { path: string; text: string }): () => void {
  return () => {
    assert.is(rule(bad).length, 1, "the rule does not see a plain breach of it");
    assert.equal(files.flatMap(rule), []);
  };
}

const line = (text: string, path = "runtime/a.ts") => ({ path, text: `${text}\n` });

test("no file is longer than 300 lines, tables aside", holds(rules.short, line("\n".repeat(300))));
test("no line is wider than 130 columns", holds(rules.narrow, line("x".repeat(131))));
test("white space is clean", holds(rules.clean, line("x ")));
test("files are nouns", holds(rules.named, line("", "runtime/readFile.ts")));
test("koffi has one door", holds(rules.oneDoor, line('import koffi from "koffi";')));
const spawning = 'import "node:child_process";';
test("the shim starts nothing by Node", holds(rules.noChildProcess, line(spawning, "shim/a.ts")));
const reading = 'import "node:fs";';
test("the core is pure", holds(rules.pureCore, line(reading, "runtime/launch/a.ts")));
test("JSON has one reader", holds(rules.oneReader, line("JSON.parse(text);")));
test("nothing is left open", holds(rules.finished, line(`// ${"TO"}DO`)));
test("no path of one machine", holds(rules.portable, line(`"/ho${"me"}/me"`)));
const silent = line("export function silent(): void {}", "shim/a.ts");
test("exported functions are documented", holds(rules.documented, silent));

test("the lock file names no host", () => {
  const lock = readFileSync(join(project, "package-lock.json"), "utf8");
  assert.not.match(
    lock,
    /https?:\/\/(?!github\.com|opencollective|.*funding|.*sponsors)[^"]*\.tgz/,
  );
  assert.match(lock, /"integrity": "sha512-/);
});

test("every source is reached from an entry point", () => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const roots = files.map(({ path }) => path).filter((path) => /^(test|bench)\/.*\.ts$/.test(path));
  const programs = [
    "runtime/cli/wrun.ts",
    "runtime/cli/launch.ts",
    "runtime/cli/light.ts",
    "runtime/cli/start.ts",
    "runtime/cli/cache.ts",
    "runtime/index.ts",
    "wasm/build.ts",
    "wasm/bindgen/cli.ts",
  ];
  // What the bindings generator puts into its output, by path and not by import.
  const parts = ["wasm/bindgen/host/index.ts", "wasm/bindgen/runtime/cabi.ts"];
  const entries = [...programs, ...parts];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, to = ""] of (texts.get(path) ?? "").matchAll(/"(\.\.?\/[^"]+\.ts)"/g)) {
      visit(normalize(join(dirname(path), to)));
    }
  };
  for (const path of entries) visit(path);
  assert.ok(roots.length > 0 && seen.size > entries.length, "the walk has found nothing");
  const dead = [...texts.keys()].filter(
    (path) =>
      /^(runtime|shim|wasm\/bindgen)\/.*\.ts$/.test(path) &&
      !/\.d\.ts$/.test(path) &&
      !seen.has(path),
  );
  assert.equal(dead, []);
});

test("links between the pages lead somewhere", () => {
  const broken = files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
        .map(([, to = ""]) => to)
        .filter((to) => !/^[a-z]+:/.test(to) && !existsSync(join(project, dirname(path), to)))
        .map((to) => `${path}: ${to}`),
    );
  assert.equal(broken, []);
});

test("every error code has a heading in docs/errors.md, and no other has", () => {
  const declared = readFileSync(join(project, "runtime/error.ts"), "utf8").matchAll(/"(ERR_\w+)"/g);
  const explained = readFileSync(join(project, "docs/errors.md"), "utf8").matchAll(
    /^## (ERR_\w+)$/gm,
  );
  const names = (found: Iterable<RegExpMatchArray>) => [...found].map(([, name]) => name).sort();
  assert.equal(names(explained), names(declared));
});

test.run();
