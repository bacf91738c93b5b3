import { once } from "node:events";
import { PassThrough } from "node:stream";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { attach } from "../../runtime/terminal/session.ts";
import { openFds } from "../../shim/fd.ts";
import { cwd, open_flags, openat2 } from "../../shim/files.ts";
import { topic } from "../harness.ts";
import { collector, openPty, runOn, until } from "./pty.ts";

const test = topic("terminal: session");

test("the output of a program that ends at once is complete", async () => {
  const fds = openFds();
  for (let i = 0; i < 20; i++) {
    const { master, slave } = openPty();
    const out = collector();
    const child = runOn(slave, "echo one; echo two; seq 2000");
    const session = attach(master, { stdout: out.stream });
    assert.is(await session.finish(), "end");
    const lines = out.text().split("\r\n");
    assert.is(lines.length, 2003);
    assert.equal(lines.slice(-3), ["1999", "2000", ""]);
    if (child.exitCode === null) await once(child, "exit");
  }
  assert.is(openFds(), fds);
});

test("the output is complete when it is attached after the program has ended", async () => {
  const { master, slave } = openPty();
  const child = runOn(slave, "seq 400");
  await once(child, "exit");
  const out = collector();
  await attach(master, { stdout: out.stream }).finish();
  assert.ok(out.text().endsWith("\r\n399\r\n400\r\n"));
});

test("a slow stdout holds the program up and loses nothing", async () => {
  const { master, slave } = openPty();
  const out = collector(1);
  const child = runOn(slave, "head -c 500000 /dev/zero | tr '\\0' x; echo end");
  const session = attach(master, { stdout: out.stream });
  await once(child, "exit");
  await session.finish();
  await out.ended();
  assert.is(out.text().length, 500_005);
  assert.is(out.text().replace(/^x+/, ""), "end\r\n");
});

test("input reaches the program, and its end is the end of file", async () => {
  const { master, slave } = openPty();
  const [stdin, out] = [new PassThrough(), collector()];
  runOn(slave, "stty -echo; echo ready; cat; echo done");
  const session = attach(master, { stdin, stdout: out.stream });
  await until("ready", () => out.text().includes("ready"));
  stdin.write("line\n");
  stdin.end("unfinished");
  await session.done;
  assert.is(out.text(), "ready\r\nline\r\nunfinisheddone\r\n");
});

test("an empty stdin is an end of file", async () => {
  const { master, slave } = openPty();
  const [stdin, out] = [new PassThrough(), collector()];
  stdin.end();
  runOn(slave, "stty -echo; wc -c");
  await attach(master, { stdin, stdout: out.stream }).done;
  assert.match(out.text(), /0\r\n$/);
});

test("more input than the terminal holds waits and arrives", async () => {
  const { master, slave } = openPty();
  const [stdin, out] = [new PassThrough(), collector()];
  runOn(slave, "stty -echo; echo ready; sleep 0.3; cksum");
  const session = attach(master, { stdin, stdout: out.stream });
  await until("ready", () => out.text().includes("ready"));
  stdin.end(`${"y".repeat(99)}\n`.repeat(3000));
  await session.done;
  // `yes $(printf 'y%.0s' $(seq 99)) | head -3000 | cksum`
  assert.is(out.text().split("\r\n")[1], "2599500883 300000");
});

test("without stdin nothing is typed", async () => {
  const { master, slave } = openPty();
  const out = collector();
  runOn(slave, "read -r x </dev/tty & sleep 0.1; kill $!; echo alone");
  assert.is(await attach(master, { stdout: out.stream }).done, "end");
  assert.match(out.text(), /alone/);
});

test("keys that send a signal are told, with the group they go to", async () => {
  const { master, slave } = openPty();
  const [stdin, out] = [new PassThrough(), collector()];
  const told: [number, number][] = [];
  const typed = (signal: number, group: number) => told.push([signal, group]);
  const child = runOn(slave, "trap 'exit 4' INT; echo ready; while :; do sleep 0.02; done");
  const session = attach(master, { stdin, stdout: out.stream, typed });
  await until("ready", () => out.text().includes("ready"));
  stdin.write("x\u0003");
  await session.done;
  assert.equal(told, [[2, child.pid]]);
});

test("consoleSize is the size of the terminal", async () => {
  const { master, slave } = openPty();
  const out = collector();
  const session = attach(master, { stdout: out.stream, size: { height: 40, width: 132 } });
  runOn(slave, "stty size");
  await session.done;
  assert.is(out.text(), "40 132\r\n");
});

test("a stdout that goes away hangs up on the program", async () => {
  const { master, slave } = openPty();
  const out = collector();
  const child = runOn(slave, "trap 'exit 9' HUP; echo ready; while :; do sleep 0.02; done");
  const session = attach(master, { stdout: out.stream });
  await until("ready", () => out.text().includes("ready"));
  out.stream.destroy();
  assert.is(await session.done, "hangup");
  const [code] = await once(child, "exit");
  assert.is(code, 9);
});

test("a process left on the terminal does not keep the session for ever", async () => {
  const { master, slave } = openPty();
  const out = collector();
  const child = runOn(slave, "trap '' HUP; sleep 20 & echo $!");
  const session = attach(master, { stdout: out.stream });
  await once(child, "exit");
  const start = performance.now();
  assert.is(await session.finish(), "end");
  const waited_ms = performance.now() - start;
  process.kill(Number(out.text().trim()), "SIGKILL");
  assert.ok(waited_ms > 290 && waited_ms < 2000, `${waited_ms} ms`);
});

test("close may be called twice, and leaves no listener and no descriptor", async () => {
  const events = ["SIGWINCH", "SIGHUP", "exit"] as const;
  const listeners = () => events.map((event) => process.listenerCount(event));
  const [before, fds] = [listeners(), openFds()];
  const { master, slave } = openPty();
  const stdin = new PassThrough();
  const session = attach(master, { stdin, stdout: collector().stream });
  session.close();
  session.close();
  await session.done;
  slave.close();
  assert.equal(listeners(), before);
  assert.is(openFds(), fds);
  assert.is(stdin.listenerCount("data"), 0);
});

test("what is no terminal is refused with ERR_TERMINAL", () => {
  const fds = openFds();
  const master = openat2(cwd, "/dev/null", open_flags.readWrite);
  try {
    attach(master, { stdout: collector().stream });
    assert.unreachable("attached to nothing");
  } catch (error) {
    assert.instance(error, WrunError);
    const { code, message, exitCode } = error as WrunError;
    assert.equal([code, exitCode], ["ERR_TERMINAL", 125]);
    assert.is(message, "cannot set up the terminal: ENOTTY");
  }
  assert.is(openFds(), fds);
});

test.run();
