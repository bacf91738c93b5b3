import * as assert from "uvu/assert";
import { flatten, signature } from "../../wasm/bindgen/abi/flat.ts";
import { alignOf, payloadOffset, placed, sizeOf } from "../../wasm/bindgen/abi/layout.ts";
import type { Product, Sum, Type } from "../../wasm/bindgen/wit/model.ts";
import { readWit } from "../../wasm/bindgen/wit/resolver.ts";
import { topic } from "../harness.ts";

const test = topic("bindgen layout");

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`).join(", ");

const DEFINITIONS = `
  enum e1 { a } enum e256 { ${many(256, "c")} } enum e257 { ${many(257, "c")} }
  flags f1 { a } flags f8 { ${many(8, "a")} } flags f9 { ${many(9, "a")} } flags f17 { ${many(17, "a")} }
  record r1 { a: u8, b: u32, c: u16 }
  record r2 { a: u8, b: u64, c: r1, d: bool }
  variant v1 { a, b(u8), c(u64) }
  variant v2 { a(f32), b(u32) }
  variant v3 { a(f32), b(f64) }
  variant v4 { a(string), b(tuple<f32, u64, f32>) }
`;

function typeOf(text: string): Type {
  const wit = readWit(`package a:b; interface i { ${DEFINITIONS} f: func(a: ${text}); }`);
  return wit.interfaces.get("a:b/i")?.funcs[0]?.params[0]?.type as Type;
}

// type, size, alignment, core types; by hand from CanonicalABI.md
const expected: [string, number, number, string][] = [
  ["bool", 1, 1, "i32"],
  ["s16", 2, 2, "i32"],
  ["char", 4, 4, "i32"],
  ["u64", 8, 8, "i64"],
  ["f32", 4, 4, "f32"],
  ["f64", 8, 8, "f64"],
  ["string", 8, 4, "i32 i32"],
  ["list<u64>", 8, 4, "i32 i32"],
  ["tuple<u8, u64>", 16, 8, "i32 i64"],
  ["tuple<u64, u8>", 16, 8, "i64 i32"],
  ["tuple<u8, u8, u8>", 3, 1, "i32 i32 i32"],
  ["option<u8>", 2, 1, "i32 i32"],
  ["option<u64>", 16, 8, "i32 i64"],
  ["option<option<u16>>", 6, 2, "i32 i32 i32"],
  ["result", 1, 1, "i32"],
  ["result<u32>", 8, 4, "i32 i32"],
  ["result<f32, u64>", 16, 8, "i32 i64"],
  ["result<f64, f32>", 16, 8, "i32 i64"],
  ["result<f32, s32>", 8, 4, "i32 i32"],
  ["result<_, string>", 12, 4, "i32 i32 i32"],
  ["e1", 1, 1, "i32"],
  ["e256", 1, 1, "i32"],
  ["e257", 2, 2, "i32"],
  ["option<e257>", 4, 2, "i32 i32"],
  ["f1", 1, 1, "i32"],
  ["f8", 1, 1, "i32"],
  ["f9", 2, 2, "i32"],
  ["f17", 4, 4, "i32"],
  ["r1", 12, 4, "i32 i32 i32"],
  ["r2", 32, 8, "i32 i64 i32 i32 i32 i32"],
  ["v1", 16, 8, "i32 i64"],
  ["v2", 8, 4, "i32 i32"],
  ["v3", 16, 8, "i32 i64"],
  ["v4", 32, 8, "i32 i32 i64 f32"],
];

for (const [text, size, align, flat] of expected) {
  test(`${text} takes ${size} bytes, aligned to ${align}, flat ${flat}`, () => {
    const type = typeOf(text);
    assert.is(sizeOf(type), size);
    assert.is(alignOf(type), align);
    assert.is(flatten(type).join(" "), flat);
  });
}

test("offsets of fields and payloads", () => {
  const offsets = (text: string) => placed(typeOf(text) as Product).map(({ at }) => at);
  assert.equal(offsets("r1"), [0, 4, 8]);
  assert.equal(offsets("r2"), [0, 8, 16, 28]);
  assert.equal(offsets("tuple<u8, string, u8, u16, f64>"), [0, 4, 12, 14, 16]);
  assert.equal(
    ["option<u8>", "option<u16>", "option<string>", "v1", "result<u8, e257>"].map((text) =>
      payloadOffset(typeOf(text) as Sum),
    ),
    [1, 2, 4, 8, 2],
  );
});

test("parameters are spilled above 16 core values, results above 1", () => {
  const of = (text: string) => {
    const wit = readWit(`package a:b; interface i { f: func${text}; }`);
    const func = wit.interfaces.get("a:b/i")?.funcs[0];
    const { spilled, returnArea } = signature(func as never);
    return [spilled, returnArea];
  };
  const params = (count: number) => `(${many(count, "p").replace(/p\d+/g, "$&: u8")})`;
  assert.equal(of(params(16)), [false, false]);
  assert.equal(of(params(17)), [true, false]);
  assert.equal(of("() -> u64"), [false, false]);
  assert.equal(of("() -> tuple<u8>"), [false, false]);
  assert.equal(of("() -> string"), [false, true]);
  assert.equal(of("() -> option<bool>"), [false, true]);
});

test.run();
