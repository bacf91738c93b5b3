/** Random programs of harmless calls, run by init on the real kernel, against the model. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Builder } from "../../shim/program/builder.ts";
import type { Label, OnErrno, Program, Slot, Value } from "../../shim/program/program.ts";
import type { SyscallName } from "../../shim/program/syscalls.ts";
import { topic } from "../harness.ts";
import { purpose, runProgram, show } from "./machine.ts";
import { predict } from "./model.ts";

const test = topic("init fuzz", { vm: true });

/** So few that results meet: a slot is read that another step has written. */
const slots = 4;
const cells = 6;
/** The result of getcwd goes here. */
const path_bytes = 512;

/** Numbers that are no descriptor of init's at the start; 3, 4 and 6 are, and have to stay. */
const free = fc.integer({ min: 7, max: 12 });
/** A number or, from 100 on, a slot. */
const source = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(3, 4, 6) },
  free,
  fc.constantFrom(-1, 2 ** 32 + 6, 9999),
  fc.nat(slots - 1).map((slot) => slot + 100),
);
const to = fc.nat(8);
const on = fc.dictionary(
  fc.constantFrom("EBADF", "EINVAL", "ERANGE", "ENOENT", "any"),
  fc.option(to, { nil: -1 }),
  { maxKeys: 4 },
);

const call = fc.record({
  kind: fc.constant("call" as const),
  call: fc.oneof(
    fc.record({ name: fc.constantFrom("getpid", "getppid", "geteuid"), args: fc.constant([]) }),
    fc.record({ name: fc.constant("umask"), args: fc.tuple(fc.nat(0xffff)) }),
    fc.record({ name: fc.constant("close"), args: fc.tuple(free) }),
    fc.record({
      name: fc.constant("dup3"),
      args: fc.tuple(source, free, fc.constantFrom(0, 0, 0o2000000, 1)),
    }),
    fc.record({
      name: fc.constant("fcntl"),
      args: fc.tuple(source, fc.constantFrom(0, 1, 2), fc.integer({ min: 7, max: 9 })),
    }),
    fc.record({ name: fc.constant("getcwd"), args: fc.tuple(fc.constantFrom(0, 1, path_bytes)) }),
  ),
  save: fc.option(fc.nat(slots - 1)),
  on: fc.option(on),
});

const step = fc.oneof(
  { weight: 8, arbitrary: call },
  fc.record({
    kind: fc.constant("jump" as const),
    slot: fc.nat(slots - 1),
    is: fc.constantFrom("==" as const, "!=" as const, undefined),
    value: fc.constantFrom(0, 1, 6, 0o22, -1),
    to,
  }),
  fc.record({
    kind: fc.constant("store" as const),
    slot: fc.nat(slots - 1),
    cell: fc.nat(cells - 1),
    bytes: fc.constantFrom(4 as const, 8 as const),
  }),
  fc.record({
    kind: fc.constant("load" as const),
    slot: fc.nat(slots - 1),
    cell: fc.nat(cells - 1),
    bytes: fc.constantFrom(1 as const, 4 as const, 8 as const),
  }),
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fail" as const) }) },
);

const steps = fc.array(step, { minLength: 1, maxLength: 25, size: "max" });
const words = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
  minLength: cells,
  maxLength: cells,
});

type Sketch = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Jumps lead forward, so that every program ends; the last steps show all slots, all cells and the path. */
function write(sketch: Sketch, initial: readonly bigint[]): Program {
  const b = new Builder();
  const slot = Array.from({ length: slots }, () => b.slot());
  const data = b.words(initial);
  const path = b.space(path_bytes);
  const labels = Array.from({ length: sketch.length + 1 }, (_, i) => b.label(`${i}`));
  const label = (i: number): Label => labels[Math.min(i, sketch.length)] as Label;
  const at = (i: number): Slot => slot[i] as Slot;
  sketch.forEach((step, i) => {
    b.place(label(i));
    const ahead = (by: number): Label => label(i + 1 + by);
    if (step.kind === "fail") b.fail("EIO", purpose);
    else if (step.kind === "store")
      b.store(at(step.slot), { at: data.at + 8 * step.cell }, step.bytes, purpose);
    else if (step.kind === "load")
      b.load(at(step.slot), { at: data.at + 8 * step.cell }, step.bytes, purpose);
    else if (step.kind === "jump" && step.is)
      b.jumpIf(at(step.slot), step.is, step.value, ahead(step.to), purpose);
    else if (step.kind === "jump") b.jump(ahead(step.to), purpose);
    else {
      const { name, args } = step.call;
      const values: Value[] = args.map((n) => (n >= 100 && n < 100 + slots ? at(n - 100) : n));
      if (name === "getcwd") values.unshift(path);
      const ways = Object.entries(step.on ?? {});
      const on: OnErrno = Object.fromEntries(
        ways.map(([errno, by]) => [errno, by === null || by < 0 ? "ignore" : ahead(by)]),
      );
      const save = step.save === null ? {} : { save: at(step.save) };
      b.call(name as SyscallName, values, purpose, { ...save, on });
    }
  });
  b.place(label(sketch.length));
  const last = b.space(8);
  for (const each of slot) {
    b.store(each, last, 8, purpose);
    show(b, last, 8);
  }
  show(b, data, 8 * cells + path_bytes);
  return b.finish();
}

test("init does what the model says", async () => {
  const world = {
    parent: BigInt(process.pid),
    euid: BigInt(process.geteuid?.() ?? 0),
    umask: BigInt(process.umask()),
    cwd: process.cwd(),
  };
  const seen = { failed: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(steps, words, async (sketch, initial) => {
      const program = write(sketch, initial);
      const { status, reports, output, pid } = await runProgram(program);
      const failed = reports[0]?.kind === "failed" ? reports[0] : undefined;
      const expected = predict(program, { ...world, pid: BigInt(pid) });
      assert.equal(
        {
          exited: status.exited,
          output: [...output],
          failed: failed && [failed.step, failed.errno],
        },
        {
          exited: expected.exited,
          output: expected.output,
          failed: expected.failed && [expected.failed.step, expected.failed.errno],
        },
      );
      seen[failed ? "failed" : "ended"]++;
    }),
    { numRuns: runs },
  );
  // Programs that fail at once, or never, would show little.
  assert.ok(seen.failed > runs / 20 && seen.ended > runs / 20, JSON.stringify(seen));
});

const runs = process.env.WRUN_TEST_FULL === "1" ? 5000 : 400;

test.run();
