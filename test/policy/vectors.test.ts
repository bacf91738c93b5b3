import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { readWorld } from "../../wasm/bindgen/generate.ts";
import { project, topic } from "../harness.ts";
import { difference, type Engine, runTable } from "../hosts/table.ts";
import { readVectors, vectorNames } from "./vectors.ts";

const test = topic("policy vectors");

for (const name of vectorNames()) {
  const table = readVectors(name);

  test(`${name}: ${table.cases.length} golden cases`, () => {
    assert.is(table.interface, name);
    assert.equal(runTable(policy() as unknown as Engine, table).wrong, []);
  });

  test(`${name}: every case names its source, and no two have one name`, () => {
    assert.equal(
      table.cases.filter(({ source }) => !source),
      [],
    );
    assert.is(new Set(table.cases.map((each) => each.name)).size, table.cases.length);
  });
}

test("every interface of the world has a table", () => {
  const world = readWorld(readFileSync(`${project}/wasm/wit/policy.wit`, "utf8"), "policy");
  const names = world.exports.flatMap((each) =>
    each.kind === "interface" ? [each.interface.name] : [],
  );
  assert.equal(names.sort(), vectorNames());
});

test("the page has every case of namespaces once, beside its rule", () => {
  const page = readFileSync(`${project}/test/vectors/README.md`, "utf8");
  const [, section = ""] = page.split("## Which case holds which rule");
  const rows = section.split("\n").filter((line) => /^\| (?!-|rule )/.test(line));
  const listed = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  const names = readVectors("namespaces").cases.map(({ name }) => name);
  assert.equal(listed.sort(), names.sort());
});

test("a wrong answer is found", () => {
  assert.is(difference({ a: [1, { b: 2n }] }, { a: [1, { b: 2n, c: 3 }] }), "");
  assert.is(difference([1, 2], Uint8Array.of(1, 2) as never), "");
  assert.match(difference([1], Uint8Array.of(1, 2) as never), "1 items were wanted");
  assert.match(difference({ a: [1] }, { a: [1, 2] }), "1 items were wanted");
  assert.match(difference({ a: [] }, { a: {} }), "0 items were wanted");
  assert.match(difference({ a: 1n }, { a: 1 }), '/a: "1n" was wanted, 1 came');
  assert.match(difference({ a: undefined }, { a: 0 }), "/a");
  assert.match(difference({ a: {} }, {}), "nothing came");
});

test.run();
