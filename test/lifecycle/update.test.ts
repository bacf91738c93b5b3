/** New limits for a container that runs. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { update } from "../../runtime/lifecycle/update.ts";
import type { Resources } from "../../runtime/spec/types.ts";
import { ContainerState } from "../../runtime/state/container.ts";
import { probe } from "../../shim/facts/probe.ts";
import { topic } from "../harness.ts";
import { refusal } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { clear, created, lastLine, wrun } from "./place.ts";

const test = topic("update", { vm: true });
const needs = ["root", "busybox"] as const;
const { features, hierarchies, swap } = probe().cgroup;
const unified = existsSync("/sys/fs/cgroup/cgroup.controllers");

async function running(resources: Resources = {}): Promise<string> {
  const { id } = await created("exec sleep 1000", {}, (spec) => ({
    ...spec,
    linux: { ...spec.linux, resources },
  }));
  await start(id);
  return id;
}

/** What a file reads in the container's cgroups. */
function read(id: string, file: string): string {
  const found = ContainerState.peek(id)
    ?.cgroups.map(({ mount, path }) => `${mount}${path}/${file}`)
    .find((path) => existsSync(path));
  return found ? readFileSync(found, "utf8").trim() : "none";
}

const limit = (id: string): string => read(id, unified ? "memory.max" : "memory.limit_in_bytes");
const pids = (id: string): string => read(id, "pids.max");
const mebibyte = 1 << 20;
const failed = (act: () => unknown) => refusal(Promise.resolve().then(act));

test("what is named changes, up and down, and nothing else", { needs }, async () => {
  const id = await running({ memory: { limit: 64 * mebibyte }, pids: { limit: 50 } });
  const weight = unified ? "cpu.weight" : "cpu.shares";
  const before = read(id, weight);
  update(id, { memory: { limit: 128 * mebibyte } });
  assert.equal([limit(id), pids(id), read(id, weight)], [`${128 * mebibyte}`, "50", before]);
  update(id, { memory: { limit: 32 * mebibyte }, pids: { limit: -1 } });
  assert.equal([limit(id), pids(id)], [`${32 * mebibyte}`, "max"]);
  update(id, { cpu: { shares: 512, quota: 20000, period: 100000 } });
  const quota = unified ? read(id, "cpu.max") : read(id, "cpu.cfs_quota_us");
  assert.is(quota, unified ? "20000 100000" : "20000");
  // As callers in Go send it: 0 is "as it is".
  update(id, { memory: { limit: 0, swap: 0 }, pids: { limit: 0 }, cpu: { shares: 0, quota: 0 } });
  assert.equal([limit(id), pids(id)], [`${32 * mebibyte}`, "max"]);
  await remove(id, { force: true });
});

test("memory and swap, in the order that the kernel takes", { needs }, async () => {
  if (!swap) return;
  const id = await running({ memory: { limit: 64 * mebibyte, swap: 64 * mebibyte } });
  const file = unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
  const both = (memory: number, all: number): void => {
    update(id, { memory: { limit: memory * mebibyte, swap: all * mebibyte } });
    const shown = (unified ? all - memory : all) * mebibyte;
    assert.equal([limit(id), read(id, file)], [`${memory * mebibyte}`, `${shown}`]);
  };
  both(256, 300);
  both(32, 32);
  both(64, 200);
  await remove(id, { force: true });
});

test("what the kernel refuses leaves the limits as they were", { needs }, async () => {
  const id = await running({ memory: { limit: 64 * mebibyte }, pids: { limit: 50 } });
  const cpus = unified ? "cpuset.cpus.effective" : "cpuset.cpus";
  const files = [cpus, "pids.max", unified ? "memory.max" : "memory.limit_in_bytes"];
  const before = files.map((file) => read(id, file));
  const error = await failed(() =>
    update(id, {
      memory: { limit: 128 * mebibyte },
      pids: { limit: 60 },
      cpu: { cpus: "0", mems: "900" },
    }),
  );
  assert.match(error.code, /^ERR_CGROUP/);
  assert.equal(
    files.map((file) => read(id, file)),
    before,
  );
  await remove(id, { force: true });
});

test("real-time, with what the cgroup above must have for it", { needs }, async () => {
  if (!features.realtime || !hierarchies.some(({ controllers }) => controllers.includes("cpu")))
    return;
  const id = await running();
  update(id, { cpu: { realtimeRuntime: 3000, realtimePeriod: 1_000_000 } });
  assert.is(read(id, "cpu.rt_runtime_us"), "3000");
  update(id, { cpu: { realtimeRuntime: 0 } });
  assert.is(read(id, "cpu.rt_runtime_us"), "0");
  await remove(id, { force: true });
});

test("the command line: flags, a file, standard input", { needs }, async () => {
  const id = await running({ pids: { limit: 50 } });
  assert.is(wrun("update", "--memory", "96m", "--pids-limit=70", id).status, 0);
  assert.equal([limit(id), pids(id)], [`${96 * mebibyte}`, "70"]);
  const file = join(temporary("limits"), "limits.json");
  writeFileSync(file, JSON.stringify({ pids: { limit: 80 } }));
  assert.is(wrun("update", "--resources", file, "--pids-limit", "90", id).status, 0);
  assert.is(pids(id), "80");
  const wrong = (...argv: string[]): string => {
    const { status, err } = wrun("update", ...argv, id);
    assert.not.equal(status, 0);
    return lastLine(err);
  };
  assert.match(wrong("--memory", "many"), /`--memory` is `many`/);
  assert.match(wrong("--pids-limit", "1.5"), /whole number/);
  assert.match(wrong("--resources", "/no/such/file"), /ENOENT/);
  writeFileSync(file, '{"pids":{"limit":"x"}}');
  assert.match(wrong("--resources", file), "ERR_CONFIG_INVALID");
  assert.match(wrong("--l3-cache-schema", "L3:0=f"), "ERR_RDT");
  assert.is(pids(id), "80");
  await remove(id, { force: true });
});

test("in the wrong state", { needs }, async () => {
  assert.is((await failed(() => update("nobody", {}))).code, "ERR_NOT_FOUND");
  const { id } = await created("true");
  update(id, { pids: { limit: 30 } });
  assert.is(pids(id), "30");
  await remove(id);
});

test("nothing is left", { needs }, clear);

test.run();
