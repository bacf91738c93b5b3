import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Json } from "../../runtime/spec/json.ts";
import { bytes_max, depth_max, readJson } from "../../runtime/spec/json.ts";
import { topic } from "../harness.ts";
import { bytes, thrown } from "./thrown.ts";

const test = topic("spec/json");

/** As JSON.parse would give it: without the digits that a double has no room for. */
function plain(value: Json): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

const refused: [name: string, text: string, pointer: string, says: RegExp][] = [
  ["an equal name", '{"a":{"b":1,"c":2,\n "b":3}}', "/a/b", /the property `b` twice at 2:2$/],
  ["an equal name, escaped", '{"a":1,"\\u0061":2}', "/a", /twice at 1:8$/],
  ["__proto__", '{"x":[{"__proto__":{}}]}', "/x/0/__proto__", /`__proto__` at 1:8$/],
  ["text after the end", '{"a":1} x', "", /after the end of the document at 1:9$/],
  ["a second document", "{}{}", "", /after the end of the document at 1:3$/],
  ["nothing", "", "", /its end at 1:1$/],
  ["half a document", '{"a":[1,', "/a/1", /its end at 1:9$/],
  ["half a surrogate", '["\\ud800"]', "/0", /half of a surrogate pair at 1:3$/],
  ["halves the wrong way round", '["\\udc00\\ud800"]', "/0", /half of a surrogate pair/],
  ["NUL", '{"a/b":{"c~d":"x\\u0000"}}', "/a~1b/c~0d", /a NUL character in a string/],
  ["a control character", '["a\tb"]', "/0", /a control character in a string at 1:4$/],
  ["the last control character", '{"a\x1f":1}', "", /a control character in a string at 1:4$/],
  ["an unknown escape", '["\\x41"]', "/0", /an unknown escape `\\x` at 1:3$/],
  ["half an escape", '["\\u12"]', "/0", /an unknown escape `\\u` at 1:3$/],
  ["a string without an end", '{"a":"b', "/a", /a string without an end at 1:6$/],
  ["a string that ends in a backslash", '["\\', "/0", /a string without an end at 1:2$/],
  ["a trailing comma in an array", "[1,]", "/1", /has `\]` at 1:4$/],
  ["a trailing comma in an object", '{"a":1,}', "", /no property name in double quotes at 1:8$/],
  ["a comment", '{"a":1 /* b */}', "", /has `\/` where `}` belongs at 1:8$/],
  ["single quotes", "{'a':1}", "", /no property name/],
  ["a missing colon", '{"a" 1}', "", /has `1` where `:` belongs at 1:6$/],
  ["a leading zero", "[01]", "", /has `1` where `]` belongs at 1:3$/],
  ["a plus sign", "[+1]", "/0", /has `\+` at 1:2$/],
  ["hexadecimal", "[0x10]", "", /has `x` where/],
  ["NaN", "[NaN]", "/0", /has `N` at 1:2$/],
  ["a number beyond a double", "[1e999]", "/0", /beyond the range of a double/],
  ["an endless number", `[${"9".repeat(50)}]`, "/0", /a number of more than 40 characters/],
  ["a word cut short", "[tru]", "/0", /has `t` at 1:2$/],
  ["a byte order mark", "\ufeff{}", "", /has `\\u\{feff}` at 1:1$/],
  ["a column after an astral character", '["😀" x]', "", /has `x` where `]` belongs at 1:6$/],
  [
    "too many levels",
    nested(depth_max + 1),
    "/0".repeat(depth_max),
    /more than 64 levels at 1:65$/,
  ],
  ["too long a string", `["${"a".repeat(300_000)}"]`, "/0", /a string of more than 262144/],
];

for (const [name, text, pointer, says] of refused) {
  test(`refuses ${name}`, () => {
    const error = thrown(() => readJson(bytes(text)));
    assert.is(error.code, "ERR_CONFIG_INVALID");
    assert.match(error.message, says);
    assert.is(error.pointer, pointer);
  });
}

test("refuses what is not UTF-8, and says where", () => {
  const text = bytes('{"a": "ü",\n "b": "x"}');
  text[text.length - 3] = 0xff;
  const error = thrown(() => readJson(text, "the plan"));
  assert.is(error.message, "`the plan` has a byte that is not UTF-8 at 2:8");
});

test("refuses a document of more than 1 MiB before it reads it", () => {
  const error = thrown(() => readJson(new Uint8Array(bytes_max + 1)));
  assert.match(error.message, /larger than 1048576 bytes/);
});

test("takes as many levels as it says", () => {
  assert.ok(Array.isArray(readJson(bytes(nested(depth_max)))));
});

test("keeps an integer beyond 2^53 exact", () => {
  const numbers = "[18446744073709551615,9007199254740991,9007199254740992,-9007199254740993]";
  const expected = [18446744073709551615n, 9007199254740991, 9007199254740992n, -9007199254740993n];
  assert.equal(readJson(bytes(numbers)), expected);
});

test("keeps a name of Object.prototype an ordinary name", () => {
  const object = readJson(bytes('{"constructor":1,"toString":2}')) as Map<string, Json>;
  assert.equal(
    [...object],
    [
      ["constructor", 1],
      ["toString", 2],
    ],
  );
});

test("throws nothing but its own error, whatever the bytes", () => {
  const structured = fc
    .array(fc.constantFrom(...'{}[]:,"\\/u0ad19.e+- \n\0tfnül'), { maxLength: 60 })
    .map((characters) => bytes(characters.join("")));
  const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), structured);
  fc.assert(
    fc.property(any, (input) => {
      try {
        const value = readJson(input);
        assert.equal(plain(value), JSON.parse(new TextDecoder().decode(input)));
      } catch (error) {
        assert.is((error as { code?: string }).code, "ERR_CONFIG_INVALID");
      }
    }),
    { numRuns: 3000 },
  );
});

test("reads what JSON.stringify writes as JSON.parse does", () => {
  const value = fc
    .jsonValue({ maxDepth: 5 })
    .filter((v) => !/__proto__|\\u0000|\\ud[89a-f]/i.test(JSON.stringify(v)));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, 3), (input, space) => {
      const text = JSON.stringify(input, null, space);
      assert.equal(plain(readJson(bytes(text))), JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test.run();
