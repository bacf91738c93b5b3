/** Rules that ask a listener: it gets the filter and the state, and its answer is the call's. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Seccomp, Spec } from "../../runtime/spec/types.ts";
import { readable } from "../../shim/poll.ts";
import { bindUnix } from "../../shim/unix-socket.ts";
import { topic } from "../harness.ts";
import { created } from "../lifecycle/place.ts";
import { answer, told } from "./agent.ts";
import { bundle } from "./bundle.ts";
import { launch, refusal } from "./launch.ts";
import { temporary } from "./rootfs.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("listener of system calls", { vm: true });
const needs = ["root", "busybox"] as const;

/** A filter that asks about mkdir. */
function asking(listenerPath: string, more: Partial<Seccomp> = {}): (spec: Spec) => Spec {
  const names = ["mkdir", "mkdirat"];
  const seccomp: Seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names, action: "SCMP_ACT_NOTIFY" }],
    listenerPath,
    ...more,
  };
  return (spec) => ({ ...spec, linux: { ...spec.linux, seccomp } });
}

const exdev = 18;
const script = "mkdir /tmp/x 2>&1; ls /proc/self/fd";

for (const noNewPrivileges of [false, true]) {
  const how = noNewPrivileges ? "with" : "without";
  test(`run, ${how} no_new_privs: filter and state, and the answer is the call's`, {
    needs,
  }, async () => {
    const path = join(temporary("agent"), "socket");
    using listening = bindUnix(path);
    const change = asking(path, { listenerMetadata: "of the test" });
    const directory = bundle((spec) => {
      const process = { cwd: "/", ...spec.process, noNewPrivileges };
      return { ...change(spec), process, annotations: { a: "b" } };
    });
    const ended = launch(script, { bundle: directory });
    const { notify, message } = await told(listening);
    const asker = await answer(notify, exdev);
    const { stdout } = await ended;
    notify.close();
    assert.match(stdout ?? "", /Invalid cross-device link/);
    // Neither the socket nor the filter's descriptor: 3 is the directory that ls reads.
    assert.equal((stdout ?? "").trim().split("\n").slice(-4), ["0", "1", "2", "3"]);
    assert.ok(asker > 0);
    assert.equal([message.fds, message.metadata], [["seccompFd"], "of the test"]);
    const { status, pid, annotations } = message.state;
    assert.equal([status, pid, annotations], ["creating", message.pid, { a: "b" }]);
  });
}

test("create, start and exec: a filter and a connection each", { needs }, async () => {
  const path = join(temporary("agent"), "socket");
  using listening = bindUnix(path);
  // Without no_new_privs the filter is there before start.
  const [first, { id, pid }] = await Promise.all([
    told(listening),
    created("exec sleep 1000", {}, (spec) => ({
      ...asking(path)(spec),
      process: { cwd: "/", ...spec.process, noNewPrivileges: false },
    })),
  ]);
  assert.is(first.message.pid, pid);
  await start(id);
  const ended = exec(id, { args: ["/bin/mkdir", "/tmp/x"] });
  const second = await told(listening);
  assert.is(await answer(second.notify, exdev), second.message.pid);
  assert.equal([second.message.state.status, second.message.state.pid], ["running", pid]);
  assert.is((await ended).exitCode, 1);
  for (const { notify } of [first, second]) notify.close();
  assert.is(state(id).status, "running");
  await remove(id, { force: true });
});

test("nobody listens: an error, and nothing is left", { needs }, async () => {
  await launch("true", { bundle: bundle((spec) => spec) });
  const before = readdirSync("/proc/self/fd").length;
  const directory = bundle(asking(join(temporary("agent"), "socket")));
  const error = await leavesNothing(() => refusal(launch("true", { bundle: directory })));
  assert.equal([error.code, error.pointer], ["ERR_SECCOMP", "/linux/seccomp/listenerPath"]);
  assert.match(error.message, /ENOENT$/);
  assert.is(readdirSync("/proc/self/fd").length, before);
});

test("a listener that goes away before it is told", { needs }, async () => {
  const path = join(temporary("agent"), "socket");
  const directory = bundle(asking(path));
  await launch("true", { bundle: bundle((spec) => spec) });
  const error = await leavesNothing(async () => {
    const listening = bindUnix(path);
    const gone = readable(listening).then(() => listening.close());
    const refused = await refusal(launch("true", { bundle: directory }));
    await gone;
    return refused;
  });
  assert.is(error.code, "ERR_SECCOMP");
  assert.match(error.message, "hand the filter to its listener");
});

test.run();
