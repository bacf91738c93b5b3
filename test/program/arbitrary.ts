/** Programs for fast-check that any init can take and none should run: the calls are what they are. */
import fc from "fast-check";
import { Builder } from "../../shim/program/builder.ts";
import type { Label, OnErrno, Place, Slot, Value } from "../../shim/program/program.ts";
import type { SyscallName } from "../../shim/program/syscalls.ts";
import type { BareProgram, BareStep } from "./decode.ts";
import { purpose } from "./machine.ts";

/** With the usual prototype, which uvu compares as well. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

export const names: SyscallName[] = ["read", "close", "openat2", "execve", "mount_setattr"];
const errnos = ["EPERM", "ENOENT", "EBADF", "EAGAIN", "ENAMETOOLONG", "any"];

const slot: fc.Arbitrary<Slot> = record({ slot: fc.nat(1023) });
const place: fc.Arbitrary<Place> = record({ at: fc.nat(2 ** 20) });
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  slot,
  place,
);

/** Labels are numbers of steps here, and become labels in `programOf`. */
type Way = "ignore" | number;
type Sketch =
  | {
      kind: "call";
      call: SyscallName;
      args: Value[];
      save: Slot | undefined;
      on: [string, Way][];
    }
  | { kind: "jump"; if?: { slot: Slot; is: "==" | "!="; value: number }; to: number }
  | { kind: "store"; slot: Slot; place: Place; bytes: 4 | 8 }
  | { kind: "load"; slot: Slot; place: Place; bytes: 1 | 4 | 8 }
  | { kind: "fail"; errno: string };

const where = fc.nat(1000);

const sketch: fc.Arbitrary<Sketch> = fc.oneof(
  record({
    kind: fc.constant("call" as const),
    call: fc.constantFrom(...names),
    args: fc.array(value, { maxLength: 6 }),
    save: fc.option(slot, { nil: undefined }),
    on: fc.uniqueArray(
      fc.tuple(fc.constantFrom(...errnos), fc.oneof(fc.constant("ignore" as const), where)),
      { maxLength: 4, selector: ([errno]) => errno },
    ),
  }),
  record({ kind: fc.constant("jump" as const), to: where }),
  record({
    kind: fc.constant("jump" as const),
    if: record({ slot, is: fc.constantFrom("==" as const, "!=" as const), value: fc.integer() }),
    to: where,
  }),
  record({
    kind: fc.constant("store" as const),
    slot,
    place,
    bytes: fc.constantFrom(4 as const, 8 as const),
  }),
  record({
    kind: fc.constant("load" as const),
    slot,
    place,
    bytes: fc.constantFrom(1 as const, 4 as const, 8 as const),
  }),
  record({
    kind: fc.constant("fail" as const),
    errno: fc.constantFrom("EIO", "EXDEV", "ENOSYS"),
  }),
);

export const sketches = record({
  steps: fc.array(sketch, { maxLength: 20 }),
  chunks: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }),
  pointers: fc.array(fc.nat(200), { maxLength: 4 }),
});

type Sketches = typeof sketches extends fc.Arbitrary<infer T> ? T : never;

/** By the builder, as a launch is written. */
export function programOf({ steps, chunks, pointers }: Sketches) {
  const b = new Builder();
  for (const chunk of chunks) b.bytes(chunk);
  if (pointers.length > 0) b.words(pointers.map((at) => ({ at })));
  const labels = Array.from({ length: steps.length + 1 }, (_, i) => b.label(`${i}`));
  const label = (to: number): Label => labels[to % labels.length] as Label;
  steps.forEach((step, i) => {
    b.place(label(i));
    if (step.kind === "call") {
      const on: OnErrno = Object.fromEntries(
        step.on.map(([errno, way]) => [errno, way === "ignore" ? way : label(way)]),
      );
      const save = step.save && { save: step.save };
      b.call(step.call, step.args, purpose, { ...save, on });
    } else if (step.kind === "store") b.store(step.slot, step.place, step.bytes, purpose);
    else if (step.kind === "load") b.load(step.slot, step.place, step.bytes, purpose);
    else if (step.kind === "fail") b.fail(step.errno, purpose);
    else if (step.if) b.jumpIf(step.if.slot, step.if.is, step.if.value, label(step.to), purpose);
    else b.jump(label(step.to), purpose);
  });
  b.place(label(steps.length));
  return b.finish();
}

/** What must come back of it: the arguments filled up to six, words for numbers, labels without their names. */
export function bare({ steps, chunks, pointers }: Sketches): BareProgram {
  const padded = chunks.map((chunk) => [...chunk, ...new Array<number>(-chunk.length & 7).fill(0)]);
  const at = padded.flat().length;
  return {
    steps: steps.map((step, i) => bareStep(step, i, steps.length + 1)),
    data: Uint8Array.from([...padded.flat(), ...new Array<number>(8 * pointers.length).fill(0)]),
    pointers: pointers.map((to, i) => ({ at: at + 8 * i, to })),
  };
}

function bareStep(step: Sketch, index: number, labels: number): BareStep {
  const label = (to: number): Label => ({ name: "", index: to % labels });
  if (step.kind === "jump") return { kind: "jump", ...step.if, to: label(step.to) };
  if (step.kind !== "call") return step;
  const way = (to: Way): "ignore" | Label =>
    to === "ignore" || to % labels === index + 1 ? "ignore" : label(to);
  const on: OnErrno = Object.fromEntries(step.on.map(([errno, to]) => [errno, way(to)]));
  const six = [...step.args, 0n, 0n, 0n, 0n, 0n, 0n].slice(0, 6);
  return {
    kind: "call",
    call: step.call,
    args: six.map((value) => (typeof value === "object" ? value : BigInt(value))),
    ...(step.save && { save: step.save }),
    ...(step.on.length > 0 && { on }),
  };
}
