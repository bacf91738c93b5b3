/** runtime.md: the state of a container, its life, and the operations on it. A test for each MUST, by its section. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { topic } from "../harness.ts";
import { clear, created, lastLine, type Ran, shell, wrun } from "../lifecycle/place.ts";
import { newId, prefix, until } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { alone, changed, needs } from "./place.ts";

const test = topic("runtime.md");

const none = (ran: Ran): void => {
  assert.ok(ran.status !== 0, "it succeeded");
  assert.match(ran.err, /\S/);
};

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);

const stopped = (id: string): Promise<void> =>
  until(() => state(id).status === "stopped", "the end of the program");

/** A container's program says in a file that it ran. */
function telling(): { told: () => string; change: ReturnType<typeof changed> } {
  const out = temporary("out");
  const mounts = [{ destination: "/mnt", type: "none", source: out, options: ["bind"] }];
  const file = join(out, "told");
  return {
    told: () => (existsSync(file) ? readFileSync(file, "utf8") : ""),
    change: changed({ mounts }),
  };
}

test("#scope-of-a-container: who created it can use every operation on it", { needs }, async () => {
  const id = newId();
  assert.is(wrun("create", "--bundle", shell("exec sleep 1000"), id).status, 0);
  for (const operation of ["state", "start", "kill"]) assert.is(wrun(operation, id).status, 0);
  assert.is(wrun("delete", "--force", id).status, 0);
});

test("#state: has ociVersion, id, status, pid, bundle and annotations", { needs }, async () => {
  const bundle = shell("exec sleep 1000", changed({ top: { annotations: { a: "b" } } }));
  const id = newId();
  assert.is(wrun("create", "--bundle", bundle, id).status, 0);
  const { ociVersion, pid, ...rest } = JSON.parse(wrun("state", id).out);
  assert.match(ociVersion, /^1\.\d+\.\d+$/);
  assert.is(readFileSync(`/proc/${pid}/environ`).includes(prefix) || pid > 0, true);
  assert.equal(
    [rest.id, rest.status, rest.bundle, rest.annotations],
    [id, "created", bundle, { a: "b" }],
  );
  await remove(id);
});

test("#state: an id is unique", { needs }, async () => {
  const { id } = await created("true");
  none(wrun("create", "--bundle", shell("true"), id));
  none(wrun("run", "--bundle", shell("true"), id));
  assert.is(state(id).status, "created");
  await remove(id);
});

test("#state: a value of its own stands for a state of its own", { needs }, async () => {
  const { id } = await created("exec sleep 1000");
  await start(id);
  assert.is(wrun("pause", id).status, 0);
  assert.is(state(id).status, "paused");
  assert.is(wrun("resume", id).status, 0);
  assert.is(state(id).status, "running");
  await remove(id, { force: true });
});

test("#lifecycle 2: an environment that cannot be made is an error", { needs }, async () => {
  const linux = { sysctl: { "kernel.no_such_thing": "1" } };
  const ran = wrun("create", "--bundle", shell("true", changed({ linux })), newId());
  none(ran);
  assert.match(lastLine(ran.err), "kernel.no_such_thing");
});

test("#lifecycle 3 and #create: the program does not run before start", { needs }, async () => {
  const { told, change } = telling();
  const { id } = await created("echo ran >/mnt/told", {}, change);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(told(), "");
  await start(id);
  await until(() => told() === "ran\n");
  await stopped(id);
  await remove(id);
});

test("#lifecycle 3 and #create: a config.json that changes later changes nothing", {
  needs,
}, async () => {
  const { told, change } = telling();
  const bundle = shell("echo first >/mnt/told; exec sleep 1000", change);
  const id = newId();
  assert.is(wrun("create", "--bundle", bundle, id).status, 0);
  writeFileSync(join(bundle, "config.json"), "no JSON at all");
  await start(id);
  await until(() => told() === "first\n");
  assert.is(wrun("exec", id, "true").status, 0);
  await remove(id, { force: true });
});

test("#lifecycle 12: delete undoes the steps of create", { needs }, async () => {
  await alone(async () => {
    const { id, pid } = await created("exec sleep 1000", { memory: "64m" });
    await start(id);
    await remove(id, { force: true });
    assert.ok(isGone(pid));
  });
});

test("#errors: what fails leaves everything as if it had never been tried", { needs }, async () => {
  const process = { args: ["/no/such/program"] };
  const bundle = shell("", changed({ process }));
  await alone(async () => none(wrun("create", "--bundle", bundle, newId())));
});

test("#operations: all of them are there", { needs }, () => {
  for (const operation of ["state", "create", "start", "kill", "delete"]) {
    assert.is(wrun(operation, "--help").status, 0, operation);
  }
});

for (const operation of ["state", "create", "start", "kill", "delete"]) {
  test(`#${operation}: without an id it is an error`, { needs }, () => {
    const ran = wrun(operation);
    none(ran);
    assert.match(ran.err, /\bid\b/i);
  });
}

for (const operation of ["state", "start", "kill", "delete"]) {
  test(`#${operation}: of a container that does not exist it is an error`, { needs }, () => {
    const ran = wrun(operation, newId());
    none(ran);
    assert.match(ran.err, "does not exist");
  });
}

test("#create: without a bundle it is an error", { needs }, () => {
  none(wrun("create", "--bundle", join(temporary("empty"), "nothing"), newId()));
});

for (const id of ["", "..", "a/b", ".", "a b", "x".repeat(2000)]) {
  const name = id.length > 20 ? "2000 letters" : `\`${id}\``;
  test(`#create: an id that is not valid is an error: ${name}`, { needs }, async () => {
    const bundle = shell("true");
    await alone(async () => none(wrun("create", "--bundle", bundle, id)));
  });
}

test("#create: all of the configuration but process.args is applied", { needs }, async () => {
  const { id, pid } = await created("true", { hostname: "applied", memory: "64m" });
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  assert.match(status, /^NSpid:\t\d+\t1$/m);
  assert.ok(existsSync(`/proc/${pid}/root/bin/busybox`));
  assert.match(readFileSync(`/proc/${pid}/mountinfo`, "utf8"), / \/proc /);
  const executed = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  assert.not.equal(executed.slice(0, 2), ["/bin/sh", "-c"]);
  await remove(id);
});

test("#create: then the status is created", { needs }, async () => {
  const { id } = await created("true");
  assert.is(state(id).status, "created");
  await remove(id);
});

test("#start: of one that was started it is an error, and has no effect", { needs }, async () => {
  const { told, change } = telling();
  const { id } = await created("echo ran >>/mnt/told; exec sleep 1000", {}, change);
  await start(id);
  await until(() => told() !== "");
  none(wrun("start", id));
  assert.equal([state(id).status, told()], ["running", "ran\n"]);
  await remove(id, { force: true });
});

test("#start: without `process` it is an error", { needs }, async () => {
  const bundle = shell("", ({ process, ...spec }) => spec);
  const id = newId();
  const made = wrun("create", "--bundle", bundle, id);
  none(made.status === 0 ? wrun("start", id) : made);
  await clear();
});

test("#start: runs the program, and then the status is running", { needs }, async () => {
  const { told, change } = telling();
  const { id } = await created("echo ran >/mnt/told; exec sleep 1000", {}, change);
  await start(id);
  assert.is(state(id).status, "running");
  await until(() => told() === "ran\n");
  await remove(id, { force: true });
});

test("#kill: of one that is not running it is an error, and has no effect", { needs }, async () => {
  const { id } = await created("true");
  await start(id);
  await stopped(id);
  none(wrun("kill", id));
  assert.is(state(id).status, "stopped");
  await remove(id);
});

test("#kill: sends the signal that was asked for", { needs }, async () => {
  const { told, change } = telling();
  const script =
    "trap 'echo usr1 >/mnt/told' USR1; echo set >/mnt/told; while :; do sleep 0.01; done";
  const { id } = await created(script, {}, change);
  await start(id);
  await until(() => told() === "set\n");
  assert.is(wrun("kill", id, "USR1").status, 0);
  await until(() => told() === "usr1\n");
  await remove(id, { force: true });
});

test("#kill: when the process has ended, the status is stopped", { needs }, async () => {
  const { id } = await created("exec sleep 1000");
  await start(id);
  assert.is(wrun("kill", id, "KILL").status, 0);
  await stopped(id);
  await remove(id);
});

test("#delete: of one that is running it is an error, and has no effect", { needs }, async () => {
  const { id, pid } = await created("exec sleep 1000");
  await start(id);
  none(wrun("delete", id));
  assert.equal([state(id).status, isGone(pid)], ["running", false]);
  await remove(id, { force: true });
});

test("#delete: what the container did not make stays", { needs }, async () => {
  const out = temporary("out");
  mkdirSync(join(out, "kept"));
  const { id } = await created("true", { volumes: [`${out}:/mnt`] });
  await remove(id);
  rmdirSync(join(out, "kept"));
});

test("#delete: then the id may be another's", { needs }, async () => {
  const { id } = await created("true");
  await remove(id);
  assert.is((await created("true", { name: id })).id, id);
  await remove(id);
});

test.run();
