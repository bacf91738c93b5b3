import * as assert from "uvu/assert";
import { assemblyScript } from "../../wasm/bindgen/as/module.ts";
import { hostTypes } from "../../wasm/bindgen/js/declare.ts";
import { binding, camel, identifier, pascal, typeName } from "../../wasm/bindgen/name.ts";
import type { World } from "../../wasm/bindgen/wit/model.ts";
import { readWit } from "../../wasm/bindgen/wit/resolver.ts";
import { topic } from "../harness.ts";

const test = topic("bindgen names");

function world(text: string): World {
  return readWit(`package a:b; ${text}`).worlds.get("w") as World;
}

test("kebab-case becomes what each language spells", () => {
  assert.is(pascal("id-maps"), "IdMaps");
  assert.is(camel("id-maps"), "idMaps");
  assert.is(camel("type"), "type");
  assert.equal(["type", "default", "constructor", "io-max"].map(identifier), [
    "type_",
    "default_",
    "constructor_",
    "ioMax",
  ]);
  assert.equal(["load", "memory", "delete", "decide"].map(binding), [
    "load_",
    "memory_",
    "delete_",
    "decide",
  ]);
  assert.is(identifier("memory"), "memory");
});

test("types carry the name of their interface, but for those of `types`", () => {
  const owner = (name: string) => ({ id: `a:b/${name}`, name, world: false });
  assert.is(typeName({ name: "facts", owner: owner("id-maps") }), "IdMapsFacts");
  assert.is(typeName({ name: "problem", owner: owner("types") }), "Problem");
});

test("two types that would get one name are refused", () => {
  const clash = world(`
    interface id { record maps-facts { a: u8 } f: func() -> maps-facts; }
    interface id-maps { record facts { a: u8 } f: func() -> facts; }
    world w { export id; export id-maps; }`);
  const message = "wit: type `facts` of `a:b/id-maps`: the name `IdMapsFacts` is taken";
  assert.throws(() => assemblyScript(clash, (name) => name), message);
  assert.throws(() => hostTypes(clash), message);
  const runtime = world(
    "interface types { record opt { a: u8 } f: func() -> opt; } world w { export types; }",
  );
  assert.throws(() => assemblyScript(runtime, (name) => name), /the name `Opt` is taken/);
});

test("declarations have the shapes of jco", () => {
  const text = hostTypes(
    world(`
    interface i {
      enum e { a, b-c } flags f { a, b-c }
      variant v { x, y(u64) }
      /// A record.
      record r { a: option<u8>, b: list<u32>, c: list<e>, d: option<option<bool>>, e: tuple<char, f32> }
      /// Does it.
      g: func(r: r, %default: f) -> result<v, list<string>>;
      h: func(v: result<_, string>) -> option<s64>;
    }
    world w { import i; export i; import log: func(text: string); }`),
  );
  for (const part of [
    'export type IE =\n  | "a"\n  | "b-c";',
    "export interface IF {\n  a?: boolean;\n  bC?: boolean;\n}",
    'export type IV =\n  | { tag: "x" }\n  | { tag: "y"; val: bigint };',
    "/** A record. */\nexport interface IR {\n  a?: number | undefined;\n  b: Uint32Array;\n  c: IE[];\n",
    '  d: { tag: "none" } | { tag: "some"; val: boolean | undefined };\n  e: [string, number];\n',
    " * Does it.\n   * @throws ComponentError with a payload of type string[]\n   */\n  g(r: IR, default_: IF): IV;",
    '  h(v: { tag: "ok"; val: undefined } | { tag: "err"; val: string }): bigint | undefined;',
    'export interface WImports {\n  "a:b/i": IInterface;\n  "log": {\n    default(text: string): void;\n  };\n}',
    "export function instantiate(module: WebAssembly.Module, imports: WImports): W;",
  ]) {
    assert.ok(text.includes(part), `${part}\nis not in\n${text}`);
  }
});

test.run();
