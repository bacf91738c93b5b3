/** What a caller of create and start hands over, and what it gets: files, sockets, the terminal, the log. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { read, write } from "../../shim/files.ts";
import { hasEnded, pidfdSendSignal } from "../../shim/pidfd.ts";
import { receiveFds } from "../../shim/socket.ts";
import { bindUnix, connectUnix } from "../../shim/unix-socket.ts";
import { project, topic } from "../harness.ts";
import { newId, refusal, stateRoot, until } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";
import { leavesNothing } from "../run/trace.ts";
import { accept } from "../shim/accept.ts";
import { created, lastLine, shell, wrun, wrunIn } from "./place.ts";

const test = topic("handover", { vm: true });
const needs = ["root", "busybox"] as const;

const terminal = (spec: Spec): Spec => ({
  ...spec,
  process: { cwd: "/", ...spec.process, terminal: true, consoleSize: { height: 7, width: 40 } },
});

test("the terminal goes to the console socket", { needs }, async () => {
  const path = join(temporary("console"), "socket");
  using listening = bindUnix(path);
  const out = temporary("out");
  const script = "stat -c %a /dev/console >/mnt/told; head -n 1 >>/mnt/told; exec sleep 1000";
  const id = newId();
  const bundle = shell(script, (spec) => ({
    ...terminal(spec),
    mounts: [
      ...(spec.mounts ?? []),
      { destination: "/mnt", type: "none", source: out, options: ["bind"] },
    ],
  }));
  assert.is(wrun("create", "-b", bundle, "--console-socket", path, id).err, "");
  using connection = accept(listening);
  const [master] = receiveFds(connection).fds;
  assert.ok(master);
  assert.match(readlinkSync(`/proc/self/fd/${master.number}`), /ptmx/);
  await start(id);
  spawnSync("sh", ["-c", "echo typed >&3"], {
    stdio: ["ignore", "ignore", "ignore", master.number],
  });
  await until(() => readFileSync(join(out, "told"), "utf8").endsWith("typed\n"));
  master.close();
  await remove(id, { force: true });
});

test("a terminal without a console socket, and a socket without a terminal", {
  needs,
}, async () => {
  const without = await leavesNothing(() => refusal(created("true", {}, terminal)), rootfs());
  assert.equal([without.code, without.pointer], ["ERR_TERMINAL", "/process/terminal"]);
  const { status, err } = wrun("create", "-b", shell("true"), "--console-socket", "/x", newId());
  assert.is(status, 125);
  assert.match(err, "the container has no terminal");
  const gone = wrun("create", "-b", shell("true", terminal), "--console-socket", "/x", newId());
  assert.match(lastLine(gone.err), "cannot connect to the console socket `/x`: ENOENT");
});

test("a pidfd of the first process goes to the pidfd socket", { needs }, async () => {
  const path = join(temporary("pidfd"), "socket");
  using listening = bindUnix(path);
  const id = newId();
  assert.is(wrun("create", "-b", shell("exec sleep 1000"), "--pidfd-socket", path, id).err, "");
  using connection = accept(listening);
  const [pidfd] = receiveFds(connection).fds;
  assert.ok(pidfd);
  assert.not(hasEnded(pidfd));
  pidfdSendSignal(pidfd, 9);
  await until(() => state(id).status === "stopped");
  pidfd.close();
  await remove(id);
});

test("sockets of a socket activation are the first files, and come with the numbers", {
  needs,
}, () => {
  const script = "echo $LISTEN_FDS $LISTEN_PID; for n in 3 4 5; do readlink /proc/self/fd/$n; done";
  const [one, two, three] = ["one", "two", "three"].map((name) => join(temporary("fd"), name));
  const argv = [process.execPath, join(project, "dist/wrun.cjs"), "run", "--preserve-fds", "1"];
  const ran = spawnSync(
    "bash",
    [
      "-c",
      `exec 3>"${one}" 4>"${two}" 5>"${three}"; LISTEN_FDS=2 LISTEN_PID=$$ exec "$@"`,
      "-",
      ...argv,
      "-b",
      shell(script),
    ],
    { encoding: "utf8" },
  );
  assert.equal(ran.stdout.trim().split("\n"), ["2 1", one, two, three], ran.stderr);
  // Those of another process are not for this one.
  const other = wrunIn({ env: { LISTEN_FDS: "2", LISTEN_PID: "1" } }, "run", "-b", shell(script));
  assert.match(other.out, /^\s*\n/);
});

test("without pivot_root: the host is out of sight, and its /proc is gone from the namespace", {
  needs,
}, () => {
  const script =
    "ls /; ls /../.. ; cd /proc/self/root && ls ..; grep -c . /proc/self/mountinfo >/dev/null; mount 2>/dev/null; cat /proc/self/mountinfo";
  const flags = ["-b", shell(script), "--no-pivot"];
  const { out, err } = wrun("run", ...flags);
  assert.is(err, "");
  const names = readdirSync(rootfs()).sort().join("\n");
  assert.ok(out.startsWith(`${names}\n${names}\n${names}\n`), out);
  const plain = wrun("run", "-b", flags[1] as string).out;
  const proc = (text: string): number => text.split("\n").filter((l) => / - proc /.test(l)).length;
  assert.is(proc(out), proc(plain));
});

test("a session keyring is the container's own, or with --no-new-keyring the caller's", {
  needs,
}, () => {
  const script = "cat /proc/keys 2>/dev/null | grep -c _ses; true";
  const bundle = shell(script, (spec) => ({
    ...spec,
    linux: { ...spec.linux, maskedPaths: [] },
  }));
  for (const flags of [[], ["--no-new-keyring"]]) {
    assert.is(wrun("run", ...flags, "-b", bundle).status, 0);
  }
  const plan = (...flags: string[]) => wrun("plan", ...flags, "-b", bundle).out.includes("keyctl");
  assert.equal([plan(), plan("--no-new-keyring")], [true, false]);
});

test("--root keeps containers apart", { needs }, async () => {
  const other = join(temporary("root"), "wrun");
  const { id } = await created("true");
  assert.equal(wrun("--root", other, "list", "-q"), { status: 0, out: "", err: "" });
  assert.match(wrun("--root", other, "state", id).err, `container \`${id}\` does not exist`);
  assert.is(wrun(`--root=${stateRoot}`, "list", "-q").out, `${id}\n`);
  assert.not(existsSync(other));
  await remove(id);
});

test("--log has the error as runc writes it, and stderr too", () => {
  const file = join(temporary("log"), "log");
  const flags = ["--log", file, "--log-format", "json"];
  const { status, err } = wrun(...flags, "kill", "nobody");
  assert.is(status, 125);
  const { level, msg, time, code, hint } = JSON.parse(lastLine(readFileSync(file, "utf8")));
  assert.equal([level, msg, code], ["error", "container `nobody` does not exist", "ERR_NOT_FOUND"]);
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000 && hint);
  assert.match(lastLine(err), "container `nobody` does not exist");
  wrun("--log", file, "state", "nobody");
  assert.match(
    lastLine(readFileSync(file, "utf8")),
    /^time="[^"]+" level=error msg="container `nobody`/,
  );
  assert.match(
    wrun("--log", "/no/such/dir/log", "state", "x").err,
    /cannot write the log .*ENOENT/,
  );
  assert.is(wrun("--log-format", "xml", "state", "x").status, 2);
});

test("the log of a program that is not there has the words that callers look for", {
  needs,
}, () => {
  const file = join(temporary("log"), "log");
  const bundle = shell("", (spec) => ({
    ...spec,
    process: { cwd: "/", ...spec.process, args: ["/nowhere"] },
  }));
  const flags = ["--log", file, "--log-format", "json", "create", "-b", bundle];
  const { status, err } = wrun(...flags, newId());
  assert.is(status, 127);
  const { msg, errno, code } = JSON.parse(lastLine(readFileSync(file, "utf8")));
  assert.equal([code, errno], ["ERR_EXEC_NOT_FOUND", "ENOENT"]);
  assert.match(msg, "no such file or directory");
  assert.match(lastLine(err), "no such file or directory");
});

test("a program says that it is ready, and the service manager hears it from wrun", {
  needs,
}, async () => {
  const path = join(temporary("notify"), "socket");
  using manager = bindUnix(path, "datagram");
  const { id, pid } = await created("exec sleep 1000", { notify: true });
  let started = false;
  const starting = start(id, { notifySocket: path }).then(() => {
    started = true;
  });
  const inside = `/proc/${pid}/root/run/notify/notify.sock`;
  await until(() => existsSync(inside) && readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n");
  assert.match(
    readFileSync(`/proc/${pid}/environ`, "utf8"),
    "NOTIFY_SOCKET=/run/notify/notify.sock",
  );
  using socket = connectUnix(inside, "datagram");
  write(socket, Buffer.from("STATUS=half way"));
  assert.is(state(id).status, "running");
  assert.not(started, "start did not wait for READY=1");
  write(socket, Buffer.from("STATUS=done\nREADY=1\n"));
  await starting;
  const bytes = new Uint8Array(100);
  assert.is(
    Buffer.from(bytes.subarray(0, read(manager, bytes))).toString(),
    `MAINPID=${pid}\nREADY=1\n`,
  );
  await remove(id, { force: true });
});

test("start does not wait for a program that has ended", { needs }, async () => {
  const path = join(temporary("notify"), "socket");
  using _ = bindUnix(path, "datagram");
  const { id } = await created("exit 1", { notify: true });
  await start(id, { notifySocket: path });
  await remove(id);
});

test("NOTIFY_SOCKET of the command line, in the foreground and detached", { needs }, () => {
  const env = { NOTIFY_SOCKET: "@none" };
  const bundle = shell("echo $NOTIFY_SOCKET; ls -d /run/notify");
  const { out, err } = wrunIn({ env }, "run", "-b", bundle);
  assert.equal([out, err], ["/run/notify/notify.sock\n/run/notify\n", ""]);
  const id = newId();
  assert.is(wrunIn({ env }, "run", "-d", "-b", bundle, id).err, "");
  assert.is(wrun("delete", "--force", id).status, 0);
});

test.run();
