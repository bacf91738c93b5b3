import { execFileSync } from "node:child_process";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Builder, slots_max } from "../../shim/program/builder.ts";
import {
  decodeReport,
  encode,
  program_bytes_max,
  report_bytes,
} from "../../shim/program/encode.ts";
import type { Program } from "../../shim/program/program.ts";
import { type Arch, syscallNames, syscallNumber } from "../../shim/program/syscalls.ts";
import { topic } from "../harness.ts";
import { bare, names, programOf, sketches } from "./arbitrary.ts";
import { decode } from "./decode.ts";
import { build, purpose, runBytes } from "./machine.ts";

const test = topic("program encoder");
const arches: Arch[] = ["x64", "arm64"];

test("what is decoded is what was encoded, on both architectures", () => {
  fc.assert(
    fc.property(sketches, fc.constantFrom(...arches), (sketch, arch) => {
      assert.equal(decode(encode(programOf(sketch), arch), arch, names), bare(sketch));
    }),
    { numRuns: 400 },
  );
});

test("a program for one architecture is the same but for the numbers", () => {
  fc.assert(
    fc.property(sketches, (sketch) => {
      const program = programOf(sketch);
      const [x64, arm64] = arches.map((arch) => encode(program, arch)) as [Uint8Array, Uint8Array];
      program.steps.forEach((step, i) => {
        if (step.kind !== "call") return;
        for (const bytes of [x64, arm64]) bytes.fill(0, 24 + 72 * i + 2, 24 + 72 * i + 4);
      });
      assert.equal(x64, arm64);
    }),
    { numRuns: 100 },
  );
});

const compilers = { x64: "gcc", arm64: "aarch64-linux-gnu-gcc" } as const;

for (const [arch, need] of [
  ["x64", "gcc"],
  ["arm64", "aarch64-gcc"],
] as const) {
  test(`the numbers of system calls on ${arch} are those of its headers`, { needs: [need] }, () => {
    const source = "#include <asm/unistd.h>\n";
    const options = { input: source, encoding: "utf8" as const };
    const defined = execFileSync(compilers[arch], ["-E", "-dM", "-"], options);
    const numbers = new Map(
      [...defined.matchAll(/^#define (__NR\w+) (\w+)$/gm)].map(([, name = "", to = ""]) => [
        name,
        to,
      ]),
    );
    // The generic table names some by way of another: __NR_fcntl is __NR3264_fcntl, and that is 25.
    const number = (name: string): number => {
      const to = numbers.get(name) ?? "";
      return to.startsWith("__NR") ? number(to) : Number(to || Number.NaN);
    };
    assert.equal(
      syscallNames.map((name) => [name, syscallNumber(arch, name)]),
      syscallNames.map((name) => [name, number(`__NR_${name}`)]),
    );
  });
}

function refused(write: (builder: Builder) => void, why: RegExp): void {
  assert.throws(
    () => encode(build(write), "x64"),
    (error: unknown) => error instanceof RangeError && why.test(error.message),
  );
}

test("a label that was never placed", () => {
  const why = /the label `nowhere` was never placed/;
  refused((b) => b.jump(b.label("nowhere"), purpose), why);
  refused((b) => b.call("close", [0], purpose, { on: { any: b.label("nowhere") } }), why);
});

test("more than six arguments, more than four errnos, an errno that there is not", () => {
  refused((b) => b.call("close", [1, 2, 3, 4, 5, 6, 7], purpose), /at most 6 arguments/);
  const on = {
    EPERM: "ignore",
    ENOENT: "ignore",
    EIO: "ignore",
    EBADF: "ignore",
    any: "ignore",
  } as const;
  refused((b) => b.call("close", [1], purpose, { on }), /at most 4 errno handlers/);
  refused((b) => b.fail("ENOTHING", purpose), /no errno `ENOTHING`/);
});

test("more than 1024 slots", () => {
  const builder = new Builder();
  for (let i = 0; i < slots_max; i++) builder.slot();
  assert.throws(
    () => builder.slot(),
    (error: unknown) => error instanceof RangeError && /1024 slots/.test(error.message),
  );
});

/** A program of this size that does nothing. */
function sized(bytes: number): Program {
  return build((b) => b.space(bytes - 24));
}

test("init takes the largest program, and none is larger", async () => {
  const { status } = await runBytes(encode(sized(program_bytes_max), "x64"));
  assert.is(status.exited, 0);
  assert.throws(
    () => encode(sized(program_bytes_max + 8), "x64"),
    (error: unknown) =>
      error instanceof RangeError && /has 1048584 bytes, init takes 1048576/.test(error.message),
  );
});

test("what is no program ends with 124", async () => {
  const good = encode(sized(64), "x64");
  assert.is((await runBytes(good)).status.exited, 0);
  const magic = good.slice();
  magic[0] = 0;
  const longer = new Uint8Array(good.length + 8);
  longer.set(good);
  const larger = new Uint8Array(program_bytes_max + 8);
  larger.set(encode(sized(program_bytes_max), "x64"));
  new DataView(larger.buffer).setUint32(16, larger.length, true);
  const bad = {
    empty: new Uint8Array(0),
    header: good.slice(0, 20),
    short: good.slice(0, -8),
    longer,
    magic,
    larger,
  };
  for (const [name, bytes] of Object.entries(bad)) {
    const { status, reports } = await runBytes(bytes);
    assert.equal([status, reports], [{ exited: 124 }, []], name);
  }
});

test("equal strings are kept once, other data is not", () => {
  const builder = new Builder();
  assert.equal(builder.text("a"), builder.text("a"));
  assert.not.equal(builder.text("a"), builder.text("b"));
  assert.not.equal(builder.words([1]), builder.words([1]));
  assert.not.equal(builder.space(8), builder.space(8));
});

test("a report that init does not send is refused", () => {
  const message = new Uint8Array(report_bytes);
  for (const kind of [0, 5]) {
    message[0] = kind;
    assert.throws(() => decodeReport(message), /unknown kind/);
  }
});

test.run();
