import fc from "fast-check";
import * as assert from "uvu/assert";
import { parseFlags } from "../../runtime/cli/flag.ts";
import { inFlags, runOptions } from "../../runtime/cli/request.ts";
import { findCommand } from "../../runtime/cli/table-command.ts";
import { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { topic } from "../harness.ts";

const test = topic("request");
const flags = findCommand("run")?.flags ?? [];
const read = (argv: string[], env: NodeJS.ProcessEnv = {}): RunOptions =>
  runOptions(parseFlags(argv, flags, ""), env);

test("every flag of run but those of the CLI itself reaches the library", () => {
  const own = new Set([
    ...["help", "status-fd", "detach", "keep", "no-subreaper"],
    ...["console-socket", "pidfd-socket", "preserve-fds"],
  ]);
  for (const { name, kind } of flags.filter((flag) => !own.has(flag.name))) {
    const value = name === "security-opt" ? "seccomp=1" : "1";
    const argv = kind === "switch" ? [`--${name}`] : [`--${name}=${value}`];
    assert.is(Object.keys(read(argv)).length, 1, name);
  }
});

test("--security-opt: seccomp and no-new-privileges, as docker spells them", () => {
  assert.equal(read(["--security-opt", "seccomp=unconfined"]), { seccomp: "unconfined" });
  assert.equal(read(["--security-opt=seccomp=a=b:c.json"]), { seccomp: "a=b:c.json" });
  assert.equal(read(["--security-opt", "seccomp:x"]), { seccomp: "x" });
  assert.equal(read(["--security-opt", "no-new-privileges"]), { noNewPrivileges: true });
  assert.equal(read(["--security-opt", "no-new-privileges=false"]), { noNewPrivileges: false });
  for (const text of ["seccomp", "seccomp=", "apparmor=x", "label=disable", "", "seccomp x"])
    assert.throws(() => read([`--security-opt=${text}`]), /--security-opt/, text);
});

test("nothing given is nothing asked", () => assert.equal(read([]), {}));

test("values stay text, lists keep their order, the command its words", () => {
  const argv = [
    "-m",
    "64m",
    "-v",
    "/a:/b:ro",
    "-v",
    "c:/d",
    "-it",
    "--read-only=false",
    "ls",
    "-l",
    "",
  ];
  assert.equal(read(argv), {
    memory: "64m",
    volumes: ["/a:/b:ro", "c:/d"],
    tty: true,
    interactive: true,
    readOnly: false,
    args: ["ls", "-l", ""],
  });
});

test("environment: given, passed on, absent, last wins", () => {
  const argv = ["-e", "A=1", "-e", "B", "-e", "C", "-e", "D=x=y", "-e", "A=2", "-e", "E="];
  assert.equal(read(argv, { B: "b" }).env, { A: "2", B: "b", D: "x=y", E: "" });
  assert.throws(
    () => read(["-e", "=x"]),
    (error: WrunError) => error.code === "ERR_USAGE",
  );
});

test("any name and value of a variable comes through, __proto__ too", () => {
  const name = fc
    .string({ minLength: 1 })
    .filter((text) => !text.includes("=") && !text.startsWith("-"));
  fc.assert(
    fc.property(fc.oneof(name, fc.constant("__proto__")), fc.string(), (key, value) => {
      assert.equal(Object.entries(read(["-e", `${key}=${value}`]).env ?? {}), [[key, value]]);
    }),
  );
});

test("an error about an option is told in flags", () => {
  const text = (message: string) => {
    const error = inFlags(new WrunError({ code: "ERR_USAGE", message, hint: "h" })) as WrunError;
    assert.is(error.hint, "h");
    assert.is(error.code, "ERR_USAGE");
    return error.message;
  };
  assert.is(text("`memorySwap` is `x`, not a size"), "`--memory-swap` is `x`, not a size");
  assert.is(text("`volumes[1]` is `x`"), "`--volume[1]` is `x`");
  assert.is(text("`other` is `x`"), "`other` is `x`");
  const other = new WrunError({ code: "ERR_CWD", message: "`memory`" });
  assert.is(inFlags(other), other);
});

test.run();
