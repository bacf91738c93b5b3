/** runtime.md: the states of a container and the operations that lead from one to the next. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { list } from "../../runtime/lifecycle/list.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { project, topic } from "../harness.ts";
import { newId, refusal, until } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";
import { isAsBefore, leavesNothing, processes, trace } from "../run/trace.ts";
import { clear, created, shell, wrun } from "./place.ts";

const test = topic("lifecycle", { vm: true });
const needs = ["root", "busybox"] as const;

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const stopped = (id: string): Promise<void> =>
  until(() => state(id).status === "stopped", "the end of the program");

/** "" for what is no process, or has ended: until it is waited for, v2 shows it where it was and v1 in the root. */
function cgroupOf(pid: string): string {
  try {
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return "";
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    return "";
  }
}

async function warm(): Promise<void> {
  const { id } = await created("true");
  await remove(id);
  await until(() => processes().length === 0, "the end of those before");
}

test("created, running, stopped, gone: and nothing is left", { needs }, async () => {
  await warm();
  const before = trace(rootfs());
  const out = temporary("out");
  const { id, pid } = await created("echo started >/mnt/told; exec sleep 1000", {
    volumes: [`${out}:/mnt`],
  });
  assert.equal([state(id).status, state(id).pid], ["created", pid]);
  assert.not(existsSync(join(out, "told")), "the program ran before start");
  await start(id);
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  await until(() => existsSync(join(out, "told")));
  await kill(id, "KILL");
  await stopped(id);
  assert.is(state(id).pid, 0);
  await remove(id);
  assert.is((await refusal(Promise.resolve().then(() => state(id)))).code, "ERR_NOT_FOUND");
  await isAsBefore(before, rootfs());
});

test("what is asked in the wrong state changes nothing, and says so", { needs }, async () => {
  const { id, pid } = await created("exec sleep 1000");
  await start(id);
  const again = await refusal(start(id));
  assert.match(again.message, "cannot start an already running container");
  const running = await refusal(remove(id));
  assert.match(running.message, "cannot delete a container that is not stopped, but running");
  assert.ok(alive(pid));
  await kill(id, 9);
  await stopped(id);
  const late = await refusal(start(id));
  assert.match(late.message, "cannot start a container that has stopped");
  const dead = await refusal(kill(id));
  assert.match(dead.message, "container not running");
  for (const { code } of [again, running, late, dead]) assert.is(code, "ERR_STATE_WRONG");
  await remove(id);
  for (const act of [start, kill, remove]) {
    const error = await refusal(act(id));
    assert.equal(
      [error.code, error.message],
      ["ERR_NOT_FOUND", `container \`${id}\` does not exist`],
    );
  }
});

test("an id is one container's", { needs }, async () => {
  const { id, pid } = await created("true");
  const error = await refusal(created("true", { name: id }));
  assert.equal(
    [error.code, error.message],
    ["ERR_ID_TAKEN", `a container with the id \`${id}\` already exists`],
  );
  assert.equal([state(id).status, state(id).pid], ["created", pid]);
  await remove(id);
  assert.not(alive(pid));
});

test("a container that was not started can be killed and deleted", { needs }, async () => {
  const one = await created("true");
  await kill(one.id, "SIGKILL");
  await stopped(one.id);
  await remove(one.id);
  const two = await created("true");
  await remove(two.id);
  assert.equal([alive(one.pid), alive(two.pid)], [false, false]);
});

test("the program of a container is executed once, however many start it", { needs }, async () => {
  const out = temporary("out");
  const { id, pid } = await created("echo started >>/mnt/told; exec sleep 1000", {
    volumes: [`${out}:/mnt`],
  });
  const all = await Promise.allSettled([start(id), start(id), start(id)]);
  assert.equal(all.map(({ status }) => status).sort(), ["fulfilled", "rejected", "rejected"]);
  // The shell makes the file before it writes into it; once it is `sleep`, it has written.
  await until(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n", "its program");
  assert.is(readFileSync(join(out, "told"), "utf8"), "started\n");
  await remove(id, { force: true });
});

test("a program that is not there fails create, and nothing is left", { needs }, async () => {
  await warm();
  for (const [args, code] of [
    [["nowhere"], "ERR_EXEC_NOT_FOUND"],
    [["/bin/nowhere"], "ERR_EXEC_NOT_FOUND"],
    [["/etc/passwd"], "ERR_EXEC_DENIED"],
    [["/bin"], "ERR_EXEC_DENIED"],
  ] as const) {
    const error = await leavesNothing(() => refusal(created("", { args })), rootfs());
    assert.equal([error.code, error.exitCode], [code, code.endsWith("DENIED") ? 126 : 127]);
  }
});

test("a program that cannot be executed fails start, and the container has stopped", {
  needs,
}, async () => {
  const file = join(temporary("program"), "program");
  for (const [text, code, exit] of [
    ["#!/no/such/interpreter\n", "ERR_EXEC_INTERPRETER", 127],
    ["no program\n", "ERR_EXEC_FORMAT", 126],
  ] as const) {
    writeFileSync(file, text, { mode: 0o755 });
    const volumes = [`${dirname(file)}:/mnt`];
    const { id, pid } = await created("", { args: ["/mnt/program"], volumes });
    const error = await refusal(start(id));
    assert.equal([error.code, error.exitCode], [code, exit], error.message);
    assert.match(error.message, "`/mnt/program`");
    assert.ok((error.step?.index ?? 0) > 100 && error.step?.say.startsWith("execute"));
    assert.equal([state(id).status, alive(pid)], ["stopped", false]);
    await remove(id);
  }
});

test("the state is that of the specification", { needs }, async () => {
  const bundle = shell("true", (spec) => ({ ...spec, annotations: { "org.test": "ä" } }));
  const id = newId();
  assert.equal(wrun("create", "--bundle", bundle, id), { status: 0, out: "", err: "" });
  const { pid, created: time, ...rest } = state(id);
  assert.equal(rest, {
    ociVersion: "1.3.0",
    id,
    status: "created",
    bundle,
    rootfs: rootfs(),
    annotations: { "org.test": "ä" },
  });
  assert.ok(alive(pid));
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(JSON.parse(wrun("state", id).out), state(id));
  await remove(id);
});

test("list tells of all, in both formats, and -q the ids", { needs }, async () => {
  await clear();
  const [one, two] = [await created("true"), await created("exec sleep 1000")];
  await start(two.id);
  const ids = [one.id, two.id].sort();
  assert.equal(
    list()
      .map(({ id }) => id)
      .sort(),
    ids,
  );
  assert.equal(wrun("list", "-q").out.trim().split("\n"), ids);
  const entries = JSON.parse(wrun("list", "--format", "json").out);
  assert.equal(
    entries.map((each: Record<string, string>) => [each.id, each.status, each.owner]).sort(),
    [
      [one.id, "created", "root"],
      [two.id, "running", "root"],
    ].sort(),
  );
  const [head = "", ...rows] = wrun("list").out.trimEnd().split("\n");
  assert.match(head, /^ID +PID +STATUS +BUNDLE +CREATED +OWNER$/);
  assert.is(rows.length, 2);
  assert.match(rows.join("\n"), new RegExp(`^${two.id} +${two.pid} +running +/`, "m"));
  await clear();
  assert.equal(list(), []);
});

test("kill: by name and number, and the first process alone", { needs }, async () => {
  const script = (signal: string) =>
    `trap 'echo ${signal} >/mnt/told' ${signal}; echo >/mnt/ready; while :; do sleep 0.01; done`;
  for (const [signal, name] of [
    ["TERM", undefined],
    ["USR1", "SIGUSR1"],
    ["HUP", "1"],
    ["INT", "int"],
  ] as const) {
    const out = temporary("out");
    const { id } = await created(script(signal), { volumes: [`${out}:/mnt`] });
    await start(id);
    await until(() => existsSync(join(out, "ready")));
    await kill(id, name);
    await until(() => existsSync(join(out, "told")));
    await remove(id, { force: true });
  }
  const error = await refusal(kill("any", "NONE"));
  assert.equal([error.code, error.message], ["ERR_USAGE", "unknown signal `NONE`"]);
});

test("SIGKILL ends all of a container in another's pid namespace", { needs }, async () => {
  const { id, pid } = await created("sleep 1000 & exec sleep 1000", {}, (spec) => ({
    ...spec,
    linux: {
      ...spec.linux,
      namespaces: (spec.linux?.namespaces ?? []).filter(({ type }) => type !== "pid"),
    },
  }));
  await start(id);
  // Both, wherever they are: the shell forks some time after start.
  const own = cgroupOf(`${pid}`);
  assert.match(own, id);
  const inside = (): string[] => readdirSync("/proc").filter((each) => cgroupOf(each) === own);
  await until(() => inside().length === 2, "the program's two processes");
  await kill(id, "KILL");
  await stopped(id);
  await until(() => inside().length === 0, "the end of both");
  // As containerd asks once more when the first process has ended.
  await kill(id, 9, { all: true });
  await remove(id);
});

test("a pid file is written when the container is complete", { needs }, async () => {
  const pidFile = join(temporary("pid"), "pid");
  const { id, pid } = await created("true", { pidFile });
  assert.is(readFileSync(pidFile, "utf8"), `${pid}`);
  await remove(id);
  await warm();
  const failed = (): Promise<unknown> => refusal(created("true", { pidFile: "/no/such/dir/pid" }));
  await leavesNothing(failed, rootfs());
});

test("files of the caller, from 3 on, and no other", { needs }, () => {
  const [one, two] = [join(temporary("file"), "one"), join(temporary("file"), "two")];
  const bundle = shell("for n in 3 4; do readlink /proc/self/fd/$n; done; ls /proc/self/fd");
  const wrun = ["run", "--preserve-fds=2", "-b", bundle];
  const argv = ["-c", `exec 3>"${one}" 4>"${two}" 7>"${two}"; exec "$@"`, "-"];
  const { stdout, stderr } = spawnSync(
    "bash",
    [...argv, process.execPath, join(project, "dist/wrun.cjs"), ...wrun],
    { encoding: "utf8" },
  );
  assert.is(stderr, "");
  // The last is that of ls itself.
  assert.equal(stdout.trim().split("\n"), [one, two, "0", "1", "2", "3", "4", "5"]);
});

test("more files than are open are refused", { needs }, () => {
  const { status, err } = wrun("run", "--preserve-fds", "3", "-b", shell("true"));
  assert.is(status, 125);
  assert.match(err, "descriptor 3 of 3 to be passed on is not open");
});

test.run();
