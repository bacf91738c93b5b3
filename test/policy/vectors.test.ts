import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { ComponentError } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { type Case, difference, readVectors, type Value } from "./vectors.ts";

const test = topic("policy vectors");

type Functions = Record<string, (...parameters: Value[]) => Value>;

function answer(functions: Functions, { function: name, arguments: given }: Case): Partial<Case> {
  try {
    return { returns: functions[name]?.(...given) };
  } catch (error) {
    if (error instanceof ComponentError) return { throws: error.payload as Value };
    throw error;
  }
}

for (const name of [
  "namespaces",
  "id-maps",
  "cgroups",
  "capabilities",
  "devices",
  "seccomp",
  "stats",
]) {
  const { cases } = readVectors(name);
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

  test(`${name}: ${cases.length} golden cases`, () => {
    const functions = (policy() as unknown as Record<string, Functions>)[camel] as Functions;
    const wrong = cases.flatMap((each) => {
      assert.type(functions[each.function], "function", each.name);
      const { returns, throws } = answer(functions, each);
      const outcome: Value = "throws" in each ? { throws: each.throws } : { returns: each.returns };
      const found = difference(outcome, { returns, throws });
      return found === "" ? [] : [`${each.name}: ${found}`];
    });
    assert.equal(wrong, []);
  });

  test(`${name}: every case names its source, and no two have one name`, () => {
    assert.equal(
      cases.filter(({ source }) => !source),
      [],
    );
    assert.is(new Set(cases.map((each) => each.name)).size, cases.length);
  });
}

test("a wrong answer is found", () => {
  assert.is(difference({ a: [1, { b: 2n }] }, { a: [1, { b: 2n, c: 3 }] }), "");
  assert.match(difference({ a: [1] }, { a: [1, 2] }), "1 items were wanted");
  assert.match(difference({ a: 1n }, { a: 1 }), '/a: "1n" was wanted, 1 came');
  assert.match(difference({ a: undefined }, { a: 0 }), "/a");
  assert.match(difference({ a: {} }, {}), "nothing came");
});

test.run();
