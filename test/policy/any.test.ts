/**
 * No function of the engine traps, whatever it is given: values of its WIT at random, and golden cases changed in places,
 * which come further. The list of functions is read from the WIT.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { forgetPolicy, policy } from "../../runtime/policy/policy.ts";
import { camel } from "../../wasm/bindgen/name.ts";
import type { Func } from "../../wasm/bindgen/wit/model.ts";
import { ComponentError } from "../../wasm/generated/host.js";
import { arbitrary, plain } from "../bindgen/arbitrary.ts";
import { topic } from "../harness.ts";
import { changed } from "./any.ts";
import { functions, readVectors, type Value, vectorNames } from "./vectors.ts";

const test = topic("every function on any input");
const runs = process.env.CI === "true" || process.env.WRUN_TEST_FULL === "1" ? 2000 : 300;

type Called = (...given: unknown[]) => unknown;

/** Golden arguments, by `idMaps.toHost`. */
const golden = new Map<string, Value[][]>();
for (const name of vectorNames()) {
  for (const each of readVectors(name).cases) {
    const key = `${camel(name)}.${each.function}`;
    golden.set(key, [...(golden.get(key) ?? []), each.arguments]);
  }
}

/** The function itself: a trap throws another error than the answer of a result. */
function ask(name: string, given: readonly unknown[]): unknown {
  const [topicName = "", called = ""] = name.split(".");
  const engine = policy() as unknown as Record<string, Record<string, Called>>;
  const found = engine[topicName]?.[called];
  if (!found) throw new RangeError(`the binding has no \`${name}\``);
  try {
    return plain(found(...given));
  } catch (error) {
    if (!(error instanceof ComponentError)) {
      // The next function is not to suffer for it.
      forgetPolicy();
      throw error;
    }
    return { throws: plain(error.payload) };
  }
}

function inputs({ params }: Func, known: Value[][]): fc.Arbitrary<unknown[]> {
  const any = fc.tuple(...params.map(({ type }) => arbitrary(type)));
  const near = fc
    .constantFrom(...known)
    .chain((given) => fc.tuple(...params.map(({ type }, i) => changed(type, given[i]))));
  return fc.oneof({ weight: 1, arbitrary: any }, { weight: 2, arbitrary: near });
}

for (const [name, func] of functions()) {
  test(name, { timeout_ms: 120_000 }, () => {
    const known = golden.get(name) ?? [];
    assert.ok(known.length > 0, "no vector to start from");
    const property = fc.property(inputs(func, known), (given) => {
      // The same answer again: nothing of a call is left for the next.
      assert.equal(ask(name, given), ask(name, given));
    });
    fc.assert(property, { numRuns: func.params.length === 0 ? 1 : runs });
  });
}

test.run();
