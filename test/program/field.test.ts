/** Every field of the encoding counts: with any one of them changed, init does something else. */
import * as assert from "uvu/assert";
import { hostArch } from "../../shim/libc.ts";
import { encode } from "../../shim/program/encode.ts";
import type { OnErrno, Program } from "../../shim/program/program.ts";
import { syscallNumber } from "../../shim/program/syscalls.ts";
import { topic } from "../harness.ts";
import { build, output_fd, purpose, runBytes } from "./machine.ts";

const test = topic("program fields", { vm: true });

const [closes, saves, gets, jumps, stores, loads, shows] = [0, 3, 4, 5, 7, 8, 10] as const;
const steps = 11;

/** `handler`: which of the four is the one that fits. */
function program(handler: number): Program {
  return build((b) => {
    const [zero, old, back] = [b.slot(), b.slot(), b.slot()];
    const [cell, seen] = [b.words([7, 8]), b.words([{ at: 0 }, -1, 0, 0])];
    const [good, same, wrong] = [b.label("good"), b.label("same"), b.label("wrong")];
    const names = ["ENOENT", "EINVAL", "EIO", "EPERM"].map((e, i) => (i === handler ? "EBADF" : e));
    const on: OnErrno = Object.fromEntries(names.map((e) => [e, e === "EBADF" ? good : wrong]));
    b.call("close", [9999], purpose, { on });
    b.place(wrong);
    b.call("exit_group", [1], purpose);
    b.place(good);
    b.call("umask", [0o22], purpose, { save: zero });
    b.call("umask", [0o77], purpose, { save: old });
    // PR_GET_NO_NEW_PRIVS wants four zeros behind it.
    b.call("prctl", [39, 0, 0, 0, 0], purpose);
    b.jumpIf(old, "==", 0o22, same, purpose);
    b.call("exit_group", [2], purpose);
    b.place(same);
    b.store(old, { at: seen.at + 8 }, 4, purpose);
    b.load(back, { at: seen.at + 8 }, 4, purpose);
    b.store(back, { at: seen.at + 16 }, 8, purpose);
    b.call("write", [output_fd, cell, 48], purpose);
  });
}

/** Without the pid, which is another each time. */
async function outcome(bytes: Uint8Array): Promise<unknown> {
  const { status, reports, output } = await runBytes(bytes);
  return [status, reports, [...output]];
}

/** Name, offset in bytes, width, and what is written there. None of them makes another system call than those above. */
type Change = [name: string, at: number, bits: 16 | 32 | 64, value: number];

const [data, pointers] = [24 + 72 * steps, 24 + 72 * steps + 48];
const field = (step: number, at: number): number => 24 + 72 * step + at;
const arg = (step: number, i: number): number => field(step, 24 + 8 * i);

const changes: Change[] = [
  ["magic", 0, 32, 1],
  ["number of steps", 4, 32, steps - 1],
  ["place of the data", 8, 32, data + 8],
  ["place of the pointers", 12, 32, pointers + 8],
  ["size", 16, 32, pointers],
  ["pointer: where", pointers, 32, 24],
  ["pointer: to", pointers + 4, 32, 8],
  ["operation", field(closes, 0), 16, 4],
  ["system call", field(closes, 2), 16, syscallNumber(hostArch(), "getpid")],
  ["kinds of arguments", field(shows, 4), 16, 0],
  ["slot for the result", field(saves, 6), 16, 0],
  ["call: argument 1", arg(shows, 0), 64, 9999],
  ["call: argument 2, a place", arg(shows, 1), 64, 8],
  ["call: argument 2", arg(gets, 1), 64, 1],
  ["call: argument 3", arg(gets, 2), 64, 1],
  ["call: argument 4", arg(gets, 3), 64, 1],
  ["call: argument 5", arg(gets, 4), 64, 1],
  ["jump: condition", field(jumps, 2), 16, 2],
  ["jump: slot", arg(jumps, 0), 64, 9],
  ["jump: value", arg(jumps, 1), 64, 5],
  ["jump: target", arg(jumps, 2), 64, jumps + 1],
  ["store: slot", arg(stores, 0), 64, 9],
  ["store: place", arg(stores, 1), 64, 40],
  ["store: width", arg(stores, 2), 64, 8],
  ["load: slot", field(loads, 6), 16, 9],
  ["load: place", arg(loads, 1), 64, 0],
  ["load: width", arg(loads, 2), 64, 8],
];

function changed(program: Uint8Array, [, at, bits, value]: Change): Uint8Array {
  const bytes = program.slice();
  const view = new DataView(bytes.buffer);
  if (bits === 16) view.setUint16(at, value, true);
  else if (bits === 32) view.setUint32(at, value, true);
  else view.setBigUint64(at, BigInt(value), true);
  return bytes;
}

test("a field that is changed changes what happens", async () => {
  const bytes = encode(program(0), hostArch());
  const usual = await outcome(bytes);
  assert.equal(usual, await outcome(bytes));
  assert.equal((usual as unknown[]).slice(0, 2), [{ exited: 0 }, []]);
  for (const change of changes) {
    assert.not.equal(await outcome(changed(bytes, change)), usual, change[0]);
  }
});

test("each of the four handlers of a call", async () => {
  for (const handler of [0, 1, 2, 3]) {
    const bytes = encode(program(handler), hostArch());
    const error = (i: number): number => field(closes, 8 + 4 * i);
    const run = (...change: Change) => runBytes(changed(bytes, change));
    assert.is((await runBytes(bytes)).status.exited, 0);
    const unknown = await run("errno", error(handler), 16, 111);
    assert.equal(unknown.reports, [{ kind: "failed", step: closes, errno: 9 }]);
    assert.is((await run("next", error(handler) + 2, 16, 1)).status.exited, 1);
    // Of two that fit the first counts.
    for (let other = 0; other < 4; other++) {
      if (other === handler) continue;
      const { status } = await run("errno", error(other), 16, 9);
      assert.is(status.exited, other < handler ? 1 : 0, `${other} and ${handler}`);
    }
  }
});

test.run();
