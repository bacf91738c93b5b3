import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";
import { plain } from "./arbitrary.ts";
import { buildEcho } from "./echo.ts";
import { echoImports, fuzz, fuzzMany, type Instance, startJco, startLean } from "./echo-host.ts";

const test = topic("bindgen echo");
const directory = "dist/bindgen/echo";
const RUNS = 25;
const timeout_ms = 120_000;

process.chdir(project);
rmSync(directory, { recursive: true, force: true });
const building = buildEcho(directory);
const seen: unknown[] = [];

async function lean(): Promise<Instance> {
  const echo = await building;
  return startLean(echo, echoImports(echo, seen));
}

/** The functions that the fuzz does not reach. */
function several(instance: Instance): void {
  const { down } = instance;
  assert.is(instance.plainOut("hi€"), "hi€!~?");
  const shape = { tag: "text", val: "zz" };
  assert.equal(plain(down.many?.(7, "ü", 1.5, 9n, shape)), ["7 ü 1.5 9", shape]);
  const none = { tag: "none" };
  assert.equal(plain(down.many?.(0, "", -0.5, undefined, none)), ["0  -0.5 ", none]);
  seen.length = 0;
  assert.is(down.nothing?.(), undefined);
  assert.is(down.load?.(1, "x", -(2n ** 63n)), -(2n ** 63n));
  assert.equal(seen, [1, "x", -(2n ** 63n)]);
  assert.is(down.delete?.(), "deleted");
  assert.is(instance.cut("a😀", 3), "a😀");
  assert.is(instance.cut("a😀", 2), "a\ufffd");
  assert.is(instance.cut(`${"x".repeat(40)}😀`, 41), `${"x".repeat(40)}\ufffd`);
}

test("every type survives the lean binding, in exports and imports", { timeout_ms }, async () => {
  const echo = await building;
  const instance = await lean();
  several(instance);
  assert.ok(fuzz(echo, instance, seen, RUNS) > 3000);
  fuzzMany(echo, instance, seen, RUNS);
});

test("every type survives jco", { timeout_ms }, async () => {
  const echo = await building;
  const imports = echoImports(echo, seen);
  const instance = await startJco<Instance>(`${directory}/echo.wasm`, `${directory}/jco`, imports);
  several(instance);
  assert.ok(fuzz(echo, instance, seen, RUNS) > 3000);
  fuzzMany(echo, instance, seen, RUNS);
});

test("every type survives wasmtime", { needs: ["wasmtime"], timeout_ms }, async ({ python }) => {
  const { down } = await building;
  const names = down.funcs.map(({ name }) => name).filter((name) => /^(echo|pass)-/.test(name));
  const script = join(project, "test/bindgen/echo.py");
  const args = [script, `${directory}/echo.wasm`, `${RUNS}`, ...names];
  assert.match(execFileSync(python, args, { encoding: "utf8" }), /^\d{4,} round trips, 0 wrong\n$/);
});

test("a wrong offset in the glue is found by both bindings", { timeout_ms }, async () => {
  const planted = await buildEcho("dist/bindgen/planted", {
    types: { "list-nest": "list<nest>" },
    // %type: u16 is the last field of nest, and default: bool the byte before it
    plant: (glue) =>
      glue.replace(
        /(function lift_DefinitionsNest\([\s\S]*?load<u16>\(at, )(\d+)/,
        (_, head, at) => {
          return `${head}${Number(at) - 2}`;
        },
      ),
  });
  const imports = echoImports(planted, seen);
  const { directory: to } = planted;
  const transpiled = await startJco<Instance>(`${to}/echo.wasm`, `${to}/jco`, imports);
  for (const instance of [await startLean(planted, imports), transpiled]) {
    assert.throws(() => fuzz(planted, instance, seen, RUNS), /`echo-list-nest`: Property failed/);
  }
});

test("a byte order mark and a lone surrogate in a text", async () => {
  const { down } = await lean();
  for (const text of ["\ufeffmark", `\ufeff${"mark".repeat(20)}`]) {
    assert.is(down.echoSt?.(text), text);
  }
  for (const tail of ["", "x".repeat(80)]) {
    assert.is(down.echoSt?.(`a\ud83d${tail}`), `a\ufffd${tail}`);
    assert.is(down.echoSt?.(`\ude00a${tail}\ud83d`), `\ufffda${tail}\ufffd`);
    assert.is(down.echoSt?.(`\ude00\ud83d${tail}`), `\ufffd\ufffd${tail}`);
  }
});

test("an import with a wrong answer says so, and the instance is closed after it", async () => {
  const echo = await building;
  const imports = echoImports(echo, seen);
  const wrong = { ...imports, plain: { default: () => 7 } };
  const instance = await startLean(echo, wrong);
  assert.throws(() => instance.plainOut("x"), "`result of plain` must be a string, not `7`");
  assert.throws(() => instance.cut("x", 1), /cannot enter the component/);
});

test("an error that an import throws passes through", async () => {
  const echo = await building;
  const broken = new Error("broken");
  const fail = () => {
    throw broken;
  };
  const imports = {
    ...echoImports(echo, seen),
    "t:echo/up": { ...echoImports(echo, seen)["t:echo/up"], echoResultBoth: fail },
  };
  const { down } = await startLean(echo, imports as never);
  assert.throws(
    () => down.passResultBoth?.({ tag: "ok", val: 1 }),
    (error: unknown) => error === broken,
  );
});

test("an import that is missing is named", async () => {
  const echo = await building;
  try {
    await startLean(echo, {});
  } catch (error) {
    assert.instance(error, TypeError);
    assert.is(
      (error as Error).message,
      "`imports: t:echo/up@1.2.3 echoB` must be a function, not undefined",
    );
    return;
  }
  assert.unreachable("it started");
});

test("values of a wrong type are named, and the instance goes on", async () => {
  const { down } = await lean();
  const nest = {
    id: 1,
    at: { x: 0, y: 0 },
    c: "red",
    p: { read: true, write: false, exec: false },
    kids: [],
    default: true,
    type: 1,
  };
  const cases: [string, unknown, string][] = [
    ["echoN8", 256, "`v` must be an integer from 0 to 255, not `256`"],
    ["echoN8", 1.5, "`v` must be an integer from 0 to 255, not `1.5`"],
    ["echoN32", "1", "`v` must be an integer from 0 to 4294967295, not the string `1`"],
    ["echoN64", 5, "`v` must be a bigint from 0 to 18446744073709551615, not `5`"],
    ["echoI64", 2n ** 63n, /^`v` must be a bigint from -9223372036854775808 to /.source],
    ["echoB", 1, "`v` must be a boolean, not `1`"],
    ["echoCh", "ab", "`v` must be a string of one character, not the string `ab`"],
    ["echoCh", "\ud800", /^`v` must be a string of one character/.source],
    ["echoSt", null, "`v` must be a string, not null"],
    ["echoListU16", [1, 70000], "`v[1]` must be an integer from 0 to 65535, not `70000`"],
    ["echoListU16", "x", "`v` must be a Uint16Array or an array, not the string `x`"],
    ["echoListString", ["a", "b", 3], "`v[2]` must be a string, not `3`"],
    ["echoEnumSmall", "blue", "`v` must be one of red, green, dark-blue, not the string `blue`"],
    ["echoFlags3", { read: 1 }, "`v.read` must be a boolean, not `1`"],
    ["echoRecordNest", { ...nest, at: { x: 0 } }, "`v.at.y` must be a number, not undefined"],
    [
      "echoRecordNest",
      { ...nest, kids: [{ x: 1, y: 2 }, 5] },
      "`v.kids[1]` must be an object, not `5`",
    ],
    ["echoTuplePad", [1], "`v` must be an array of 2, not an array"],
    ["echoTupleMixed", ["", 1, 2], "`v[2]` must be a boolean, not `2`"],
    ["echoVariantShape", { tag: "cube" }, /^`v\.tag` must be one of none, circle, /.source],
    ["echoVariantShape", { tag: "square", val: 1 }, /^`v\.val` must be a bigint/.source],
    ["echoListShape", [{ tag: "both", val: [1, 2] }], "`v[0].val[1]` must be a string, not `2`"],
    [
      "echoOptionOption",
      { tag: "maybe" },
      "`v.tag` must be one of none, some, not the string `maybe`",
    ],
    ["echoOptionOption", undefined, "`v` must be an object, not undefined"],
    ["echoListResult", [{ tag: "ok", val: -1 }], /^`v\[0\]\.val` must be an integer/.source],
  ];
  for (const [name, value, message] of cases) {
    try {
      down[name]?.(value);
    } catch (error) {
      assert.instance(error, TypeError, name);
      const found = (error as Error).message;
      if (message.startsWith("^")) assert.match(found, new RegExp(message));
      else assert.is(found, message);
      assert.equal(plain(down.echoRecordNest?.(nest)), nest);
      continue;
    }
    assert.unreachable(`${name} took ${String(value)}`);
  }
});

test.run();
