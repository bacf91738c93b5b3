import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { cwd, open_flags, openat2, writeAll } from "../../shim/files.ts";
import { call } from "../../shim/libc.ts";
import { rlimit, setRlimit } from "../../shim/limits.ts";
import { rlimit_names } from "../../shim/table-rlimit.ts";
import { isTerminal, mode, rawMode, setMode, setWindowSize, windowSize } from "../../shim/tty.ts";
import { topic } from "../harness.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim tty and limits");

test("sets and reads the size of a terminal", { vm: true }, () =>
  kept(() => {
    using master = openat2(cwd, "/dev/ptmx", open_flags.readWrite | 0o400);
    assert.ok(isTerminal(master.number));
    const size = { rows: 41, columns: 132, x_pixels: 3, y_pixels: 500 };
    setWindowSize(master, size);
    assert.equal(windowSize(master.number), size);
  }),
);

test("makes a terminal raw and restores it", { vm: true }, () =>
  kept(async () => {
    const [unlock, number] = [0x40045431, 0x80045430];
    using master = openat2(cwd, "/dev/ptmx", open_flags.readWrite | 0o400);
    const index = new Int32Array(1);
    call("ioctl", [master.number, unlock, new Int32Array(1)]);
    call("ioctl", [master.number, number, index]);
    using slave = openat2(cwd, `/dev/pts/${index[0]}`, open_flags.readWrite | 0o400);
    const before = mode(slave.number);
    setMode(slave.number, rawMode(before));
    writeAll(slave, Buffer.from("a\n"));
    const bytes = new Uint8Array(8);
    assert.is(call("read", [master.number, bytes, 8]), 2, "no carriage return is added");
    writeAll(master, Buffer.from("\x03x"));
    assert.is(
      call("read", [slave.number, bytes, 8]),
      2,
      "no line is waited for, no signal is made",
    );
    assert.equal([...bytes.subarray(0, 2)], [3, 120]);
    setMode(slave.number, before);
    assert.equal(mode(slave.number), before);
    assert.throws(() => setMode(slave.number, new Uint8Array(3)), /36 bytes, not 3/);
  }),
);

test("knows what is no terminal", () =>
  kept(async () => {
    using file = openat2(cwd, "/dev/null", open_flags.readWrite);
    assert.not(isTerminal(file.number));
    assert.is(
      (await thrown(() => windowSize(file.number))).message,
      "ioctl `terminal`: ENOTTY (inappropriate ioctl for device)",
    );
  }));

test("reads the limits that the kernel prints", { vm: true }, () => {
  const printed = readFileSync("/proc/self/limits", "utf8");
  const titles: Partial<Record<(typeof rlimit_names)[number], string>> = {
    RLIMIT_STACK: "Max stack size",
    RLIMIT_NOFILE: "Max open files",
    RLIMIT_AS: "Max address space",
    RLIMIT_RTTIME: "Max realtime timeout",
    RLIMIT_SIGPENDING: "Max pending signals",
  };
  for (const name of rlimit_names) {
    const title = titles[name];
    if (!title) continue;
    const [, soft, hard] = new RegExp(`^${title}\\s+(\\S+)\\s+(\\S+)`, "m").exec(printed) ?? [];
    const number = (text = "") => (text === "unlimited" ? -1 : Number(text));
    assert.equal(rlimit(name), { soft: number(soft), hard: number(hard) }, name);
  }
});

test("sets a limit", () => {
  const before = rlimit("RLIMIT_CORE");
  setRlimit("RLIMIT_CORE", { soft: 0, hard: before.hard });
  assert.is(rlimit("RLIMIT_CORE").soft, 0);
  setRlimit("RLIMIT_CORE", before);
  assert.equal(rlimit("RLIMIT_CORE"), before);
});

test.run();
