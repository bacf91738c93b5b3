import fc from "fast-check";
import * as assert from "uvu/assert";
import { type Arguments, parseFlags } from "../../runtime/cli/flag.ts";
import { distance, nearest } from "../../runtime/cli/nearest.ts";
import { commands, findCommand } from "../../runtime/cli/table-command.ts";
import { WrunError } from "../../runtime/error.ts";
import { topic } from "../harness.ts";

const test = topic("flags");
const flags = findCommand("run")?.flags ?? [];
const parse = (...argv: string[]): Arguments => parseFlags(argv, flags, "help");
const plain = ({ switches, values, lists, rest }: Arguments) => ({
  ...Object.fromEntries(switches),
  ...Object.fromEntries(values),
  ...Object.fromEntries(lists),
  rest,
});

/** Spelling, and what it means. */
const accepted: [argv: string[], meaning: Record<string, unknown>][] = [
  [[], { rest: [] }],
  [["sh"], { rest: ["sh"] }],
  [["--", "sh", "-c", "x"], { rest: ["sh", "-c", "x"] }],
  [["--"], { rest: [] }],
  [["ls", "--", "-l"], { rest: ["ls", "--", "-l"] }],
  [["ls", "--memory", "5"], { rest: ["ls", "--memory", "5"] }],
  [["ls", "-it", "--help"], { rest: ["ls", "-it", "--help"] }],
  [["-", "-i"], { rest: ["-", "-i"] }],
  [["--", "--memory=5"], { rest: ["--memory=5"] }],
  [["--memory=64m"], { memory: "64m", rest: [] }],
  [["--memory", "64m", "sh"], { memory: "64m", rest: ["sh"] }],
  [["-m", "64m", "sh"], { memory: "64m", rest: ["sh"] }],
  [["-m64m", "sh"], { memory: "64m", rest: ["sh"] }],
  [["--memory", "1m", "--memory", "2m"], { memory: "2m", rest: [] }],
  [["-memory", "64m", "-tty"], { memory: "64m", tty: true, rest: [] }],
  [["-memory=64m", "sh", "-tty"], { memory: "64m", rest: ["sh", "-tty"] }],
  [["--memory-swap", "-1"], { "memory-swap": "-1", rest: [] }],
  [["--hostname", ""], { hostname: "", rest: [] }],
  [["--hostname="], { hostname: "", rest: [] }],
  [["-e", "A=1", "--env", "B=2=3", "--env=C"], { env: ["A=1", "B=2=3", "C"], rest: [] }],
  [["--env=--read-only"], { env: ["--read-only"], rest: [] }],
  [["-it", "sh"], { interactive: true, tty: true, rest: ["sh"] }],
  [["-tie", "A=1", "sh"], { tty: true, interactive: true, env: ["A=1"], rest: ["sh"] }],
  [["--read-only=false"], { "read-only": false, rest: [] }],
  [["--read-only", "--read-only=false"], { "read-only": false, rest: [] }],
  [["--read-only=true"], { "read-only": true, rest: [] }],
  [["-h"], { help: true, rest: [] }],
];

for (const [argv, meaning] of accepted)
  test(`reads ${JSON.stringify(argv)}`, () => assert.equal(plain(parse(...argv)), meaning));

const refused: [argv: string[], message: string, hint: string][] = [
  [["--memroy", "5"], "no flag `--memroy`", "`--memory`"],
  [["--mem", "5"], "no flag `--mem`", "`--memory`"],
  [["--xyzzyx"], "no flag `--xyzzyx`", "help"],
  [["-x"], "no flag `-x`", "help"],
  [["-ix"], "no flag `-x`", "help"],
  [["--i"], "no flag `--i`", "help"],
  [["-memory"], "`--memory` needs a value (BYTES)", "help"],
  [["--memory"], "`--memory` needs a value (BYTES)", "help"],
  [["-e"], "`-e` needs a value", "help"],
  [["--env", "--read-only", "sh"], "got the flag `--read-only`", "`--env=--read-only`"],
  [["--volume", "-i"], "got the flag `-i`", "`--volume=-i`"],
  [["--tty=maybe"], "takes no value", "help"],
  [["--__proto__=x"], "no flag", "help"],
];

for (const [argv, message, hint] of refused)
  test(`refuses ${JSON.stringify(argv)}`, () => {
    try {
      parse(...argv);
    } catch (error) {
      assert.instance(error, WrunError);
      assert.is((error as WrunError).code, "ERR_USAGE");
      assert.match((error as WrunError).message, message);
      assert.match((error as WrunError).hint ?? "", hint);
      return;
    }
    assert.unreachable();
  });

const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));

test("the command reaches the container untouched, whatever it is", () => {
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      assert.equal(parse("-i", "--", ...argv).rest, argv);
      assert.equal(parse("-i", "cmd", ...argv).rest, ["cmd", ...argv]);
    }),
  );
});

test("what a flag is given comes back, in both spellings and in order", () => {
  const value = word.filter((text) => !text.startsWith("-"));
  fc.assert(
    fc.property(fc.array(value), (given) => {
      const apart = parse(...given.flatMap((each) => ["--env", each]));
      const joined = parse(...given.map((each) => `--env=${each}`));
      assert.equal(apart.lists.get("env") ?? [], given);
      assert.equal(joined.lists.get("env") ?? [], given);
    }),
  );
});

test("any argv is read or refused with ERR_USAGE", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(word, fc.constantFrom("-it", "--memory", "-e", "--"))),
      (argv) => {
        try {
          parse(...argv);
        } catch (error) {
          assert.is((error as WrunError).code, "ERR_USAGE");
        }
      },
    ),
  );
});

test("no command has two flags of one name or letter", () => {
  for (const { name, flags } of commands) {
    const names = flags.map((flag) => flag.name);
    const letters = flags.flatMap((flag) => flag.short ?? []);
    assert.is(new Set(names).size, names.length, name);
    assert.is(new Set(letters).size, letters.length, name);
    for (const flag of flags) assert.is(flag.kind === "switch", flag.value === "", flag.name);
  }
});

test("distance counts letters: a metric but for swaps", () => {
  assert.is(distance("memory", "memroy"), 1);
  assert.is(distance("run", "runn"), 1);
  assert.is(distance("", "abc"), 3);
  assert.is(distance("kitten", "sitting"), 3);
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.is(distance(a, b), distance(b, a));
      assert.is(distance(a, b) === 0, a === b);
      assert.ok(distance(a, b) <= Math.max(a.length, b.length));
    }),
  );
});

test("nearest: only what is near", () => {
  assert.is(nearest("delet", ["run", "delete"]), "delete");
  assert.is(nearest("rnu", ["run", "delete"]), "run");
  assert.is(nearest("start", ["run", "delete"]), undefined);
});

test.run();
