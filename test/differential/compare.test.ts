/** The comparison itself: what it finds, and that a difference is allowed in pairs only. */
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { differences, refused, report } from "./compare.ts";
import type { View } from "./probe.ts";
import type { Allowed } from "./table-allowed.ts";

const test = topic("differential: compare");

const view = (...mounts: string[]): View =>
  new Map([
    ["end", ["exit code 7"]],
    ["mounts", mounts],
  ]);

test("a line of one alone is a difference, also the second of two", () => {
  const found = differences(view("a", "b", "b"), view("a", "b", "c"), "crun");
  assert.equal(
    found.map(({ who, line }) => `${who} ${line}`),
    ["crun c", "wrun b"],
  );
  assert.is(report(found, "crun"), "[mounts]  - crun  + wrun\n  - c\n  + b");
});

test("the order counts", () => {
  assert.is(differences(view("a", "b"), view("b", "a"), "crun").length, 1);
  assert.equal(differences(view("a", "b"), view("a", "b"), "crun"), []);
});

test("of a container that did not start there is only its end", () => {
  const failed: View = new Map([["end", ["exit code 1", "no"]]]);
  const found = differences(view("a"), failed, "runc");
  assert.equal(
    found.map(({ section }) => section),
    ["end", "end", "end"],
  );
});

const entry: Allowed = { why: "", section: /^mounts$/, wrun: /^(\w+) ro$/, other: /^(\w+) rw$/ };
const about = { name: "a case", runtime: "crun" } as const;

function left(ours: View, theirs: View, table: Allowed[]): string[] {
  const found = differences(ours, theirs, "crun");
  return refused(found, table, about, new Set()).map(({ line }) => line);
}

test("what is allowed in pairs is refused where one half is missing", () => {
  assert.equal(left(view("a ro", "b ro"), view("a rw", "b rw"), [entry]), []);
  assert.equal(left(view("a ro"), view("a rw", "b rw"), [entry]), ["b rw"]);
  assert.equal(left(view("a ro"), view("b rw"), [entry]), ["b rw", "a ro"]);
});

test("an entry holds for its section, its runtime and its cases", () => {
  const [ours, theirs] = [view("a ro"), view("a rw")];
  for (const other of [
    { section: /^limits$/ },
    { against: "runc" },
    { cases: /^another$/ },
  ] as const) {
    assert.is(left(ours, theirs, [{ ...entry, ...other }]).length, 2);
  }
});

test.run();
