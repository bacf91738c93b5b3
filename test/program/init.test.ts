/** What each kind of step does: small programs, run by init on the real kernel. */
import { umask } from "node:process";
import * as assert from "uvu/assert";
import { startInit } from "../../shim/init.ts";
import { hostArch } from "../../shim/libc.ts";
import { hasEnded, pidfdOpen } from "../../shim/pidfd.ts";
import type { Builder } from "../../shim/program/builder.ts";
import { decodeReport, encode, report_bytes } from "../../shim/program/encode.ts";
import type { Label, OnErrno, Place, Slot, Value } from "../../shim/program/program.ts";
import type { SyscallName } from "../../shim/program/syscalls.ts";
import { exited } from "../../shim/wait.ts";
import { topic } from "../harness.ts";
import { kept } from "../shim/kept.ts";
import { build, purpose, runProgram, show, shown } from "./machine.ts";

const test = topic("init", { vm: true });

/** Any call that fails so: no descriptor has this number. */
const bad_fd = 9999;

/** Shows what a call gives. */
function result(b: Builder, call: SyscallName, args: Value[]): void {
  const { slot, place } = cell(b);
  b.call(call, args, purpose, { save: slot });
  b.store(slot, place, 8, purpose);
  show(b, place, 8);
}

/** A slot, and room to show it. */
function cell(b: Builder): { slot: Slot; place: Place } {
  return { slot: b.slot(), place: b.space(8) };
}

test("an immediate argument, a result in a slot, the slot as an argument", async () => {
  const before = umask();
  const seen = await shown((b) => {
    const old = b.slot();
    b.call("umask", [0o123], purpose, { save: old });
    result(b, "umask", [old]);
    result(b, "umask", [0]);
  });
  assert.equal(seen, [0o123n, BigInt(before)]);
});

test("a negative immediate, and one of 64 bits", async () => {
  const seen = await shown((b) => {
    show(b, b.words([-1, -100, 2n ** 63n, 0xffff_ffffn]), 32);
    // AT_FDCWD, and a path that is there: the sign went all the way.
    const fd = b.slot();
    b.call("openat", [-100, b.text("/"), 0o2000000, 0], purpose, { save: fd });
    b.call("close", [fd], purpose);
  });
  assert.equal(seen, [-1n, -100n, -(2n ** 63n), 0xffff_ffffn]);
});

test("a pointer argument, and pointers in the data", async () => {
  // execve of a shell: argv and envp are pointers that init makes absolute.
  const { output, status } = await runProgram(
    build((b) => {
      const argv = b.strings(["sh", "-c", 'echo "$0 $1 $WORD" >&6', "zero", "one two"]);
      b.call("execve", [b.text("/bin/sh"), argv, b.strings(["WORD=three"])], purpose);
    }),
  );
  assert.is(Buffer.from(output).toString(), "zero one two three\n");
  assert.is(status.exited, 0);
});

test("a pointer in the data leads to a place after it", async () => {
  const seen = await shown((b) => {
    const before = b.words([0, 0]);
    show(b, b.words([before, { at: before.at + 24 }]), 16);
  });
  assert.is((seen[1] as bigint) - (seen[0] as bigint), 24n);
  assert.ok((seen[0] as bigint) > 0n);
});

test("a jump always, when equal, when different", async () => {
  const seen = await shown((b) => {
    const [one, out] = [b.slot(), b.space(8)];
    b.load(one, b.words([1]), 8, purpose);
    const check = (is: "==" | "!=", value: number) => {
      const [over, mark] = [b.label("over"), b.words([value])];
      b.jumpIf(one, is, value, over, purpose);
      show(b, mark, 8);
      b.place(over);
    };
    check("==", 1);
    check("==", 2);
    check("==", -1);
    check("!=", 1);
    check("!=", 2);
    const end = b.label("end");
    b.jump(end, purpose);
    show(b, out, 8);
    b.place(end);
  });
  assert.equal(seen, [2n, -1n, 1n]);
});

test("a jump compares all 64 bits", async () => {
  const seen = await shown((b) => {
    const [wide, over] = [b.slot(), b.label("over")];
    b.load(wide, b.words([2n ** 32n]), 8, purpose);
    b.jumpIf(wide, "==", 0, over, purpose);
    show(b, b.words([1]), 8);
    b.place(over);
  });
  assert.equal(seen, [1n]);
});

test("a jump backwards makes a loop", async () => {
  const seen = await shown((b) => {
    const bytes = b.bytes(Uint8Array.of(3, 2, 1, 0));
    const [again, left] = [b.label("again"), b.slot()];
    // Four bytes into a pipe, one out at each turn.
    const [ends, byte] = [b.space(8), b.space(8)];
    const [reading, writing] = [b.slot(), b.slot()];
    b.call("pipe2", [ends, 0], purpose);
    b.load(reading, ends, 4, purpose);
    b.load(writing, { at: ends.at + 4 }, 4, purpose);
    b.call("write", [writing, bytes, 4], purpose);
    b.place(again);
    b.call("read", [reading, byte, 1], purpose);
    b.load(left, byte, 1, purpose);
    show(b, byte, 8);
    b.jumpIf(left, "!=", 0, again, purpose);
  });
  assert.equal(seen, [3n, 2n, 1n, 0n]);
});

test("a jump to the end ends with 0", async () => {
  const { status } = await runProgram(
    build((b) => {
      const end = b.label("end");
      b.jump(end, purpose);
      b.fail("EIO", purpose);
      b.place(end);
    }),
  );
  assert.is(status.exited, 0);
});

test("load is unsigned and as wide as it says; store writes 4 or 8", async () => {
  const seen = await shown((b) => {
    const all = b.words([-1]);
    for (const bytes of [1, 4, 8] as const) {
      const { slot, place } = cell(b);
      b.load(slot, all, bytes, purpose);
      b.store(slot, place, 8, purpose);
      show(b, place, 8);
    }
    const [zero, four] = [b.slot(), b.words([-1])];
    b.load(zero, b.space(8), 8, purpose);
    b.store(zero, four, 4, purpose);
    show(b, four, 8);
  });
  assert.equal(seen, [0xffn, 0xffff_ffffn, -1n, -(2n ** 32n)]);
});

test("the first and the last slot are two, and 0 at the start", async () => {
  const seen = await shown((b) => {
    const slots = Array.from({ length: 1024 }, () => b.slot());
    const [first, last] = [slots[0], slots[1023]] as [{ slot: number }, { slot: number }];
    b.load(last, b.words([5]), 8, purpose);
    for (const slot of [first, last]) {
      const place = b.space(8);
      b.store(slot, place, 8, purpose);
      show(b, place, 8);
    }
  });
  assert.equal(seen, [0n, 5n]);
});

test("an errno that is ignored: on with the next step, and the slot keeps what it has", async () => {
  const seen = await shown((b) => {
    const { slot, place } = cell(b);
    b.load(slot, b.words([42]), 8, purpose);
    const on: OnErrno = { EBADF: "ignore" };
    b.call("close", [bad_fd], purpose, { save: slot, on });
    b.store(slot, place, 8, purpose);
    show(b, place, 8);
  });
  assert.equal(seen, [42n]);
});

/** Where a call that fails with EBADF goes on, by number of the labels, and 0 for the next step. */
async function wayOf(on: (...labels: [Label, Label, Label, Label]) => OnErrno): Promise<number> {
  const seen = await shown((b) => {
    const labels: [Label, Label, Label, Label] = [
      b.label("one"),
      b.label("two"),
      b.label("three"),
      b.label("four"),
    ];
    const end = b.label("end");
    b.call("close", [bad_fd], purpose, { on: on(...labels) });
    show(b, b.words([0]), 8);
    b.jump(end, purpose);
    labels.forEach((label, i) => {
      b.place(label);
      show(b, b.words([i + 1]), 8);
      b.jump(end, purpose);
    });
    b.place(end);
  });
  return Number(seen[0]);
}

test("the named errno comes before any other, whatever their order", async () => {
  assert.is(await wayOf((one, two) => ({ EBADF: one, any: two })), 1);
  assert.is(await wayOf((one, two) => ({ any: two, EBADF: one })), 1);
  assert.is(await wayOf((one, two) => ({ any: two, ENOENT: one })), 2);
  assert.is(await wayOf(() => ({ any: "ignore" })), 0);
  const way = await wayOf((one, two, three, four) => ({
    ENOENT: one,
    EINVAL: two,
    EPERM: three,
    EBADF: four,
  }));
  assert.is(way, 4);
});

test("an errno by its other name", async () => {
  const seen = await shown((b) => {
    const [ends, reading, end] = [b.space(8), b.slot(), b.label("end")];
    b.call("pipe2", [ends, 0o4000], purpose);
    b.load(reading, ends, 4, purpose);
    b.call("read", [reading, b.space(8), 1], purpose, { on: { EWOULDBLOCK: end } });
    show(b, b.words([1]), 8);
    b.place(end);
  });
  assert.equal(seen, []);
});

test("a failure is reported with its step and errno, and ends with 125", async () => {
  const { status, reports } = await runProgram(
    build((b) => {
      b.call("getpid", [], purpose);
      b.call("close", [bad_fd], purpose, { on: { ENOENT: "ignore" } });
    }),
  );
  assert.equal(reports, [{ kind: "failed", step: 1, errno: 9 }]);
  assert.is(status.exited, 125);
});

test("a fail step is reported as a call that failed", async () => {
  const { status, reports } = await runProgram(build((b) => b.fail("EXDEV", purpose)));
  assert.equal(reports, [{ kind: "failed", step: 0, errno: 18 }]);
  assert.is(status.exited, 125);
});

test("after a failure init stays until the socket ends, whatever comes before that", () =>
  kept(async () => {
    const failing = build((b) => b.fail("EIO", purpose));
    using init = startInit(encode(failing, hostArch()), []);
    using pidfd = pidfdOpen(init.pid);
    // What the host sent to let a later step go on is not its leave to go.
    init.channel.write(Uint8Array.of(1, 1));
    const report = await init.channel.read(report_bytes);
    assert.equal(report && decodeReport(report), { kind: "failed", step: 0, errno: 5 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.not(hasEnded(pidfd), "it has left before the host could look at it");
    init.channel.close();
    assert.is((await exited(pidfd)).exited, 125);
  }));

test("exit_group ends with its status, and the end of the program with 0", async () => {
  const ends = (write: (b: Builder) => void) => runProgram(build(write));
  assert.is((await ends((b) => b.call("exit_group", [7], purpose))).status.exited, 7);
  assert.is((await ends(() => {})).status.exited, 0);
});

test("a program has no descriptors but its own", async () => {
  const seen = await shown((b) => {
    for (const fd of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const end = b.label("closed");
      b.call("fcntl", [fd, 1, 0], purpose, { on: { EBADF: end } });
      show(b, b.words([fd]), 8);
      b.place(end);
    }
  });
  assert.equal(seen, [3n, 4n, 6n]);
});

test.run();
