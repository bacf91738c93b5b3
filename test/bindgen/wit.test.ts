import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { readWit } from "../../wasm/bindgen/wit/resolver.ts";
import { project, topic } from "../harness.ts";

const test = topic("bindgen wit");

/** An interface `i` whose body begins on line 3. */
const body = (text: string) => `package a:b@1.0.0;\ninterface i {\n${text}\n}\n`;

const mistakes: [string, string][] = [
  ["interface i {}", "wit line 1: expected `package`, found `interface`"],
  ["package a:b;\ninterface i {\n", "wit line 2: expected a name, found the end"],
  ["package a:b;\n\nresource x;", "wit line 3: expected `interface` or `world`, found `resource`"],
  ["package a:b;\n#", "wit line 2: unexpected `#`"],
  [body("f: func(a: u33);"), "wit line 3: unknown type `u33`"],
  [body("\n/* a\nb */ f: func(a: thing);"), "wit line 5: unknown type `thing`"],
  [body("record r {\n a: u8\n b: u8 }"), "wit line 5: expected `}`, found `b`"],
  [body("record r {\n a: u8,\n a: u8 }"), "wit line 5: `a` is declared twice"],
  [body("record r { a: u8 }\nenum r { a }"), "wit line 4: `r` is declared twice"],
  [body("f: func();\nf: func();"), "wit line 4: `f` is declared twice"],
  [body("f: func(a: u8, a: u8);"), "wit line 3: `a` is declared twice"],
  [
    body("record r { a: list<s> }\nrecord s { b: option<r> }"),
    "wit line 4: type `r` contains itself",
  ],
  [body("type t = list<t>;"), "wit line 3: type `t` contains itself"],
  [body("record r {}"), "wit line 3: record `r` is empty"],
  [body("f: func(a: list);"), "wit line 3: `list` with 0 type arguments"],
  [body("f: func(a: list<u8, u8>);"), "wit line 3: `list` with 2 type arguments"],
  [
    body("f: func(a: list<u8, 4>);"),
    "wit line 3: a list of fixed length is not supported, found `4`",
  ],
  [body("f: func(a: option<_>);"), "wit line 3: `_` is for result only, not for `option`"],
  [body("f: func(a: u8<u8>);"), "wit line 3: `u8` with 1 type arguments"],
  ["package a:b;\n@since(version", "wit line 2: expected `)`, found the end"],
  [body("resource r;"), "wit line 3: not supported, found `resource`"],
  [body("f: func(a: stream<u8>);"), "wit line 3: not supported, found `stream`"],
  [body("f: async func();"), "wit line 3: async is not supported, found `async`"],
  [body("use j.{t};\nf: func(a: t);"), "wit line 3: no interface `a:b/j@1.0.0`"],
  [`${body("")}interface j {\n use i.{t};\n f: func(a: t);\n}`, "wit line 6: unknown type `t`"],
  [`${body("")}world w { import j; }`, "wit line 5: no interface `a:b/j@1.0.0`"],
  [`${body("")}interface i {}`, "wit line 5: interface `i` is declared twice"],
  [`${body("")}world w { include v; }`, "wit line 5: not supported in a world, found `include`"],
  [
    body(`flags f { ${Array.from({ length: 33 }, (_, n) => `a${n}`).join(", ")} }`),
    "wit line 3: flags `f` has more than 32 labels",
  ],
];

for (const [text, message] of mistakes) {
  test(message, () => {
    try {
      readWit(text);
    } catch (error) {
      assert.is((error as Error).message, message);
      return;
    }
    assert.unreachable("the text was taken");
  });
}

test("names, docs, forward references, aliases and gates", () => {
  const wit = readWit(`
    package a:b;
    @since(version = 0.1.0)
    interface i {
      use j.{t as other};
      /// Says
      /// something.
      f: func(%type: r, x: other) -> result<_, string>;
      // not this
      type r = list<s>;
      /// An s.
      @unstable(feature = x)
      record s { %record: u8, /* nor this */ b: option<bool>, }
      use: func();
    }
    interface j { enum t { a, b, } }
    world w { import i; export g: func() -> tuple<u8, char>; export k: interface { h: func(); } }
  `);
  const i = wit.interfaces.get("a:b/i");
  const [f, use] = i?.funcs ?? [];
  assert.is(f?.doc, "Says\nsomething.");
  assert.is(use?.name, "use");
  const [type, x] = f?.params ?? [];
  const s = i?.types[0];
  assert.is(s?.doc, "An s.");
  assert.equal(s?.kind === "record" && s.fields.map(({ name }) => name), ["record", "b"]);
  assert.equal(type, { name: "type", doc: "", type: { kind: "list", element: s } });
  assert.is(x?.type, wit.interfaces.get("a:b/j")?.types[0]);
  assert.equal(f?.result, { kind: "result", ok: null, error: { kind: "string" } });
  const w = wit.worlds.get("w");
  assert.equal(w?.imports, [{ kind: "interface", interface: i }]);
  assert.equal(
    w?.exports.map((item) => (item.kind === "func" ? item.func.name : item.interface.id)),
    ["g", "k"],
  );
});

test("a text that ends anywhere is refused with a line", () => {
  const text = readFileSync(`${project}/wasm/wit/policy.wit`, "utf8").trimEnd();
  for (let length = 1; length < text.length; length += 7) {
    try {
      readWit(text.slice(0, length));
    } catch (error) {
      assert.match((error as Error).message, /^wit line \d+: /);
    }
  }
});

test.run();
