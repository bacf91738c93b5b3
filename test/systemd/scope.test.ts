/** Containers whose cgroup systemd makes, under a systemd that runs: `npm run test:vm -- --init systemd systemd/scope`. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Spec } from "../../runtime/spec/types.ts";
import { project, topic } from "../harness.ts";
import { clear, lastLine, shell, wrun } from "../lifecycle/place.ts";
import { host } from "../policy/cgroup-files.ts";
import { newId, stateRoot, until } from "../run/launch.ts";

const test = topic("systemd's scopes", { vm: true });
const needs = ["root", "busybox", "systemd"] as const;

const mebibyte = 1 << 20;
const limits: NonNullable<Spec["linux"]>["resources"] = {
  memory: { limit: 64 * mebibyte },
  pids: { limit: 50 },
  cpu: { quota: 50_000, period: 100_000 },
};

function bundle(cgroupsPath: string, annotations: Record<string, string> = {}): string {
  return shell("while :; do sleep 1000; done", (spec) => ({
    ...spec,
    annotations,
    linux: { ...spec.linux, cgroupsPath, resources: limits },
  }));
}

const systemctl = (...argv: string[]): string =>
  execFileSync("systemctl", argv, { encoding: "utf8" }).trim();

const show = (unit: string, property: string): string =>
  systemctl("show", "--value", "-p", property, unit);

/** Those of these tests that systemd has, running or failed. */
const scopes = (): string[] =>
  systemctl("list-units", "--all", "--plain", "--no-legend", "wrun-*.scope")
    .split("\n")
    .filter((line) => line !== "");

/** Of the hierarchy with this controller. */
function directory(controller: string, path: string): string {
  const found = host.hierarchies.find(({ controllers }) => controllers.includes(controller));
  return join(found?.mount ?? "/no/cgroup", path);
}

const v2 = host.version === "v2";
const limitOf = (path: string): string =>
  readFileSync(
    join(directory("memory", path), v2 ? "memory.max" : "memory.limit_in_bytes"),
    "utf8",
  ).trim();

/** Everywhere that a cgroup of this path is. */
const left = (path: string): string[] =>
  host.hierarchies.map(({ mount }) => `${mount}${path}`).filter(existsSync);

function stateOf(id: string): { pid: number; status: string } {
  return JSON.parse(wrun("state", id).out);
}

test("a whole life in a scope: limits, daemon-reload, exec, update, nothing left", {
  needs,
  timeout_ms: 60_000,
}, async () => {
  const id = newId();
  const [unit, path] = [`wrun-${id}.scope`, `/system.slice/wrun-${id}.scope`];
  const made = bundle(`system.slice:wrun:${id}`, {
    "org.systemd.property.CollectMode": "'inactive-or-failed'",
  });
  assert.is(wrun("--systemd-cgroup", "create", "--bundle", made, id).err, "");
  assert.is(show(unit, "ActiveState"), "active");
  assert.is(show(unit, "Delegate"), "yes");
  assert.is(show(unit, "Slice"), "system.slice");
  assert.is(show(unit, "CollectMode"), "inactive-or-failed");
  assert.is(show(unit, v2 ? "MemoryMax" : "MemoryLimit"), `${64 * mebibyte}`);
  assert.is(show(unit, "TasksMax"), "50");
  assert.is(show(unit, "CPUQuotaPerSecUSec"), "500ms");
  const { pid } = stateOf(id);
  assert.match(readFileSync(`/proc/${pid}/cgroup`, "utf8"), path);
  const procs = readFileSync(join(directory("pids", path), "cgroup.procs"), "utf8");
  assert.is(procs, `${pid}\n`, "the process that stood in for it is gone");
  assert.is(wrun("start", id).err, "");
  systemctl("daemon-reload");
  assert.is(limitOf(path), `${64 * mebibyte}`);
  assert.match(wrun("exec", id, "cat", "/proc/self/cgroup").out, /wrun-|:\/$/m);
  assert.is(wrun("update", "--memory", `${48 * mebibyte}`, id).err, "");
  systemctl("daemon-reload");
  assert.is(limitOf(path), `${48 * mebibyte}`);
  assert.is(wrun("kill", id, "KILL").err, "");
  await until(() => stateOf(id).status === "stopped");
  assert.is(wrun("delete", id).err, "");
  assert.equal([scopes(), left(path)], [[], []]);
});

test("without a path, and in slices that are not there yet", { needs, timeout_ms: 60_000 }, () => {
  for (const [cgroupsPath, where] of [
    ["", "/system.slice/wrun-ID.scope"],
    ["wrun-test.slice:wrun:ID", "/wrun.slice/wrun-test.slice/wrun-ID.scope"],
  ] as const) {
    const id = newId();
    const path = where.replace("ID", id);
    const made = bundle(cgroupsPath.replace("ID", id));
    assert.is(wrun("--systemd-cgroup", "create", "--bundle", made, id).err, "");
    assert.match(readFileSync(`/proc/${stateOf(id).pid}/cgroup`, "utf8"), path);
    assert.is(wrun("delete", "--force", id).err, "");
    assert.equal([scopes(), left(path)], [[], []]);
  }
});

test("what is not for systemd is refused, and nothing is left", { needs }, () => {
  for (const [path, annotations, why] of [
    ["/a/b", {}, /cgroupsPath `\/a\/b` is not for systemd/],
    ["a:b", {}, /is not for systemd/],
    ["nothing:wrun:ID", {}, /`nothing` is no name of a slice/],
    ["", { "org.systemd.property.TasksMax": "what" }, /TasksMax has a value/],
    ["", { "org.systemd.property.NoSuchThing": "true" }, /systemd cannot start the scope/],
  ] as const) {
    const id = newId();
    const made = bundle(path.replace("ID", id), annotations);
    const { status, err } = wrun("--systemd-cgroup", "create", "--bundle", made, id);
    assert.is(status, 125);
    assert.match(lastLine(err), why);
    assert.equal([scopes(), wrun("list", "-q").out], [[], ""]);
  }
});

test("wrun is killed while it makes a container: the next removes the scope", {
  needs,
  timeout_ms: 120_000,
}, async () => {
  const env = { PATH: process.env.PATH, WRUN_ROOT: stateRoot };
  const program = join(project, "dist/wrun.cjs");
  for (const wait of ["creating", "scope"]) {
    const id = newId();
    const argv = [program, "--systemd-cgroup", "create", "--bundle", bundle(""), id];
    const child = spawn(process.execPath, argv, { stdio: "ignore", env });
    const unit = `wrun-${id}.scope`;
    await until(() =>
      wait === "scope"
        ? show(unit, "ActiveState") === "active"
        : existsSync(join(stateRoot, id, "state.json")),
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    wrun("delete", "--force", id);
    await until(() => scopes().length === 0, "the end of the scope");
    assert.equal(left(`/system.slice/${unit}`), []);
  }
});

test("nothing is left", { needs }, async () => {
  await clear();
  assert.equal(scopes(), []);
});

test.run();
