import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { forward } from "../../runtime/signals/forward.ts";
import { attach } from "../../runtime/terminal/session.ts";
import type { Fd } from "../../shim/fd.ts";
import { read, setNonblock, writeAll } from "../../shim/files.ts";
import { pidfdOpen } from "../../shim/pidfd.ts";
import { mode, setWindowSize } from "../../shim/tty.ts";
import { topic } from "../harness.ts";
import { openPty, type Pty, role, runOn, runSelf, until } from "./pty.ts";

/**
 * What wrun is in these tests: a process on a terminal of its own, that runs a script on a second one.
 * It ends as the variable says, so that the tests see in which mode it leaves its terminal.
 */
async function play(): Promise<void> {
  const { master, slave } = openPty();
  const child = runOn(slave, process.env.WRUN_TEST_SCRIPT ?? "");
  const session = attach(master, { stdin: process.stdin, stdout: process.stdout });
  if (process.env.WRUN_TEST_FORWARD) {
    const pid = child.pid ?? 0;
    forward(pid, pidfdOpen(pid), () => child.kill("SIGKILL"), session);
  }
  process.stderr.write("attached\n");
  const ends: Record<string, () => void> = {
    exit: () => process.exit(3),
    throw: () => {
      throw new Error("on purpose");
    },
    reject: () => void Promise.reject(new Error("on purpose")),
    close: () => session.close(),
  };
  const end = ends[process.env.WRUN_TEST_END ?? ""];
  if (end) setTimeout(end, 50);
  await session.done;
}

interface Playing {
  child: ChildProcess;
  host: Pty;
  before: Uint8Array;
  /** What has come out of the host terminal so far. */
  output(): string;
  errors(): string;
}

async function start(env: Record<string, string>): Promise<Playing> {
  const host = openPty();
  setNonblock(host.master, true);
  setWindowSize(host.master, { rows: 33, columns: 99, x_pixels: 0, y_pixels: 0 });
  const before = mode(host.slave.number);
  const child = runSelf(host.slave, { ...env, [role]: "wrun" });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await until("attached", () => errors.includes("attached"));
  let text = "";
  const output = () => {
    text += available(host.master);
    return text;
  };
  return { child, host, before, output, errors: () => errors };
}

/** Reads what is there; a master that is not looked at fills up and stops the other side. */
function available(master: Fd): string {
  const bytes = new Uint8Array(1 << 16);
  try {
    return Buffer.from(bytes.subarray(0, read(master, bytes))).toString();
  } catch {
    return "";
  }
}

function close({ host }: Playing): void {
  host.master.close();
  host.slave.close();
}

const test = topic("terminal: raw");

const ways: [name: string, env: Record<string, string>, signal?: NodeJS.Signals][] = [
  ["the end of the program", { WRUN_TEST_SCRIPT: "sleep 0.1" }],
  ["close", { WRUN_TEST_END: "close" }],
  ["process.exit", { WRUN_TEST_END: "exit" }],
  ["an exception", { WRUN_TEST_END: "throw" }],
  ["a rejection", { WRUN_TEST_END: "reject" }],
  ["SIGTERM", {}, "SIGTERM"],
  ["SIGINT", {}, "SIGINT"],
  ["SIGHUP", {}, "SIGHUP"],
  ["SIGQUIT", {}, "SIGQUIT"],
  ["SIGUSR2", {}, "SIGUSR2"],
  ["SIGALRM", {}, "SIGALRM"],
];

for (const [name, env, signal] of ways) {
  test(`the host terminal is raw until ${name}`, async () => {
    const playing = await start({ WRUN_TEST_SCRIPT: "sleep 5", ...env });
    const { child, host, before, errors } = playing;
    assert.not.equal(mode(host.slave.number), before);
    if (signal) child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    assert.equal(mode(host.slave.number), before);
    if (signal) assert.is(child.signalCode, signal);
    if (env.WRUN_TEST_END === "exit") assert.is(child.exitCode, 3);
    if (env.WRUN_TEST_END === "throw") assert.match(errors(), /on purpose/);
    close(playing);
  });
}

test("the window's size comes along, and its changes", async () => {
  // The first size may come after the shell has started: that is not the change that is waited for.
  const first = `while [ "$(stty size)" != "33 99" ]; do sleep 0.01; done`;
  const script = `${first}; trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.02; done`;
  const playing = await start({ WRUN_TEST_SCRIPT: script });
  const { child, host, output } = playing;
  await until("first size", () => output().includes("33 99"));
  setWindowSize(host.master, { rows: 50, columns: 120, x_pixels: 0, y_pixels: 0 });
  // The kernel tells the foreground group of the terminal; here wrun is on it without a session of its own.
  child.kill("SIGWINCH");
  await until("second size", () => output().includes("50 120"));
  close(playing);
});

test("keys go through as they are: Ctrl-C interrupts the program, not wrun", async () => {
  const script = "trap 'echo caught; exit' INT; echo ready; while :; do sleep 0.02; done";
  const playing = await start({ WRUN_TEST_SCRIPT: script });
  const { child, host, output } = playing;
  await until("ready", () => output().includes("ready"));
  writeAll(host.master, Buffer.from("\u0003"));
  const [code] = await once(child, "exit");
  assert.match(output(), /caught/);
  assert.is(code, 0);
  close(playing);
});

test("a bare line feed of the program stays bare", async () => {
  const playing = await start({ WRUN_TEST_SCRIPT: "stty -opost; printf 'a\\nb'" });
  await once(playing.child, "exit");
  assert.is(playing.output(), "a\nb");
  close(playing);
});

test("a forwarded SIGHUP leaves the session and the raw mode alone", async () => {
  const script = "trap : HUP; echo ready; while :; do sleep 0.02; done";
  const playing = await start({ WRUN_TEST_SCRIPT: script, WRUN_TEST_FORWARD: "1" });
  const { child, host, before, output } = playing;
  await until("ready", () => output().includes("ready"));
  child.kill("SIGHUP");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(child.signalCode, null);
  assert.not.equal(mode(host.slave.number), before);
  child.kill("SIGQUIT");
  await once(child, "exit");
  assert.equal(mode(host.slave.number), before);
  close(playing);
});

/** The letter of a process's state, man 5 proc. */
function state(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .slice(0, 1);
}

test("a stop gives the terminal back and stops the program, until both go on", async () => {
  const script = "echo pid $$; while :; do sleep 0.02; done";
  const playing = await start({ WRUN_TEST_SCRIPT: script, WRUN_TEST_FORWARD: "1" });
  const { child, host, before, output } = playing;
  await until("its pid", () => /pid \d+/.test(output()));
  const wrun = child.pid ?? 0;
  const program = Number(/pid (\d+)/.exec(output())?.[1]);
  const raw = mode(host.slave.number);
  child.kill("SIGTSTP");
  await until("both stopped", () => state(wrun) === "T" && state(program) === "T");
  assert.equal(mode(host.slave.number), before);
  child.kill("SIGCONT");
  await until("both go on", () => state(wrun) !== "T" && state(program) !== "T");
  await until("raw again", () => Buffer.compare(mode(host.slave.number), raw) === 0);
  child.kill("SIGTERM");
  await once(child, "exit");
  assert.equal(mode(host.slave.number), before);
  close(playing);
});

if (process.env[role] === undefined) test.run();
else await play();
