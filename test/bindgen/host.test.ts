import * as assert from "uvu/assert";
import { ComponentError, inside, payloadOf, ValueError } from "../../wasm/bindgen/host/error.ts";
import { liftCase, liftChar } from "../../wasm/bindgen/host/lift.ts";
import { Memory } from "../../wasm/bindgen/host/memory.ts";
import { getNumbers } from "../../wasm/bindgen/host/numbers.ts";
import { getString } from "../../wasm/bindgen/host/text.ts";
import { topic } from "../harness.ts";

const test = topic("bindgen host");

test("the error of a result has a sentence where its payload has one", () => {
  assert.is(new ComponentError("no").message, "no");
  assert.is(new ComponentError({ code: "invalid", message: "too long" }).message, "too long");
  assert.is(new ComponentError([{ message: "one" }, { message: "two" }]).message, "one; two");
  assert.is(new ComponentError(undefined).message, "undefined");
  assert.equal(new ComponentError([1]).payload, [1]);
});

test("a thrown value is a payload, a plain Error is a mistake", () => {
  assert.is(payloadOf(new ComponentError(7)), 7);
  assert.is(payloadOf("text"), "text");
  assert.is(payloadOf(undefined), undefined);
  const mistake = new TypeError("mistake");
  assert.throws(
    () => payloadOf(mistake),
    (error: unknown) => error === mistake,
  );
});

test("the path of a value error grows outwards", () => {
  const error = new ValueError("a string", [1]);
  inside(inside(inside(error, "path"), "[2]"), "requests");
  assert.is(error.message, "`requests[2].path` must be a string, not an array");
  const other = new Error("other");
  assert.is(inside(other, "requests"), other);
  assert.is(other.message, "other");
});

test("what a broken component gives is refused, not read", () => {
  const memory = new Memory({ memory: { buffer: new ArrayBuffer(64) }, cabi_realloc: () => 0 });
  assert.throws(() => getString(memory, 32, 17), /outside of its memory/);
  assert.throws(() => getString(memory, 33, 1), /outside of its memory/);
  assert.throws(
    () => getNumbers(memory, 0, 2 ** 31, Uint32Array as never),
    /outside of its memory/,
  );
  assert.throws(() => liftChar(0xd800), /no Unicode scalar value/);
  assert.throws(() => liftChar(0x110000), /no Unicode scalar value/);
  assert.throws(() => liftCase(3, ["a", "b"]), /a case that its type has not/);
  assert.is(liftChar(0x1f600), "😀");
});

test.run();
