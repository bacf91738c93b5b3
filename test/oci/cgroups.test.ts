/** config-linux.md: control groups and what is set in them. A test for each MUST, by its section; those of v2 in the VM. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { update } from "../../runtime/lifecycle/update.ts";
import type { DeviceRule, Resources } from "../../runtime/spec/types.ts";
import { probe } from "../../shim/facts/probe.ts";
import { topic } from "../harness.ts";
import { created } from "../lifecycle/place.ts";
import { cgroupFile, cgroupsOf } from "../run/cgroup-file.ts";
import { background, prefix, until } from "../run/launch.ts";
import { alone, changed, inside, needs, raw, refused, wrongAt } from "./place.ts";

const test = topic("config-linux.md: control groups");
const v2 = { needs: [...needs, "cgroup-v2"], vm: true } as const;

const limits = (resources: Resources, cgroupsPath?: string) =>
  changed({ linux: { resources, ...(cgroupsPath !== undefined && { cgroupsPath }) } });

const at = (resources: unknown): Promise<string> => wrongAt(raw({ linux: { resources } }));

const freezer = probe().cgroup.hierarchies.find(
  ({ unified, controllers }) => unified || controllers.includes("freezer"),
);

test("#control-groups: a cgroup that is frozen is an error, and stays frozen", {
  needs,
  vm: true,
}, async () => {
  const { mount = "", unified } = freezer ?? {};
  const cgroupsPath = `/${prefix}-frozen`;
  const directory = join(mount, cgroupsPath);
  const [file, frozen, thawed] = unified
    ? ["cgroup.freeze", "1", "0"]
    : ["freezer.state", "FROZEN", "THAWED"];
  mkdirSync(directory);
  try {
    writeFileSync(join(directory, file), frozen);
    const error = await refused({ linux: { cgroupsPath } });
    assert.is(error.code, "ERR_CGROUP");
    assert.match(error.message, `${cgroupsPath}\` is frozen`);
    assert.is(readFileSync(join(directory, file), "utf8").trim(), frozen);
  } finally {
    writeFileSync(join(directory, file), thawed);
    rmdirSync(directory);
  }
});

test("#cgroups-path: an absolute one is relative to the mount point of each hierarchy", {
  needs,
}, async () => {
  const cgroupsPath = `/${prefix}-absolute/inner`;
  const { id, pid } = await created("true", {}, limits({}, cgroupsPath));
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
  const paths = lines.map((line) => line.split(":").slice(2).join(":"));
  assert.ok(paths.filter((path) => path === cgroupsPath).length > 0, lines.join("\n"));
  await remove(id);
});

test("#cgroups-path: the same value is the same place", { needs }, async () => {
  const change = limits({}, `${prefix}-relative`);
  const seen: string[] = [];
  for (let i = 0; i < 2; i++) {
    const { id, pid } = await created("true", {}, change);
    seen.push(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
    await remove(id);
  }
  assert.is(seen[0], seen[1]);
});

test("#cgroups-path: a value that is invalid is an error", { needs }, async () => {
  for (const cgroupsPath of ["/a/../b", "../x"]) {
    assert.is((await refused({ linux: { cgroupsPath } })).pointer, "/linux/cgroupsPath");
  }
});

test("#cgroups-path: without one the container has a place, and it goes with it", {
  needs,
}, async () => {
  let paths: string[] = [];
  await alone(async () => {
    const { id, pid } = await created("true", { memory: "64m" });
    paths = cgroupsOf(pid).map(({ path }) => path);
    await remove(id);
  });
  assert.ok(paths.some((path) => !existsSync(path)));
});

test("#allowed-device-list: in the listed order", { needs }, async () => {
  // No driver has the number: past the rules the error is another one.
  const node = { type: "c", major: 4000, minor: 11 } as const;
  const rule = (allow: boolean): DeviceRule => ({ ...node, allow, access: "rwm" });
  const all: DeviceRule = { allow: false, access: "rwm" };
  const devices = [{ ...node, path: "/dev/mine" }];
  const seen = (...rules: DeviceRule[]) =>
    inside("cat /dev/mine 2>&1 || true", { linux: { devices, resources: { devices: rules } } });
  assert.match(await seen(all, rule(true)), "No such device");
  assert.match(await seen(all, rule(true), rule(false)), "Operation not permitted");
  assert.match(await seen(rule(true), all), "Operation not permitted");
});

test("#memory: -1 is no limit", { needs: [...needs, "memory-controller"] }, async () => {
  const { id, pid } = await created("true", {}, limits({ memory: { limit: -1 } }));
  const value = cgroupFile(pid, "memory.limit_in_bytes") || cgroupFile(pid, "memory.max");
  assert.ok(value === "max" || Number(value) > 2 ** 60, value);
  await remove(id);
});

test("#memory checkBeforeUpdate: a limit below what is used is rejected", {
  ...v2,
  needs: [...v2.needs, "memory-controller"],
}, async () => {
  const fill = "dd if=/dev/zero of=/dev/shm/fill bs=1M count=32 2>/dev/null";
  const { id, stop } = await background(fill, { memory: "128m" });
  try {
    assert.throws(
      () => update(id, { memory: { limit: 1 << 22, checkBeforeUpdate: true } }),
      /memory/,
    );
    update(id, { memory: { limit: 100 << 20, checkBeforeUpdate: true } });
  } finally {
    await stop();
  }
});

test("#cpu: a burst above the quota is an error", { needs }, async () => {
  assert.match(await at({ cpu: { quota: 10_000, burst: 20_000 } }), /^\/linux\/resources\/cpu/);
});

test("#block-io: an entry has a weight or a leafWeight", { needs }, async () => {
  const weightDevice = [{ major: 8, minor: 0 }];
  assert.match(
    await at({ blockIO: { weightDevice } }),
    /^\/linux\/resources\/blockIO\/weightDevice\/0/,
  );
});

test("#rdma: an entry has hcaHandles or hcaObjects", { needs }, async () => {
  assert.match(await at({ rdma: { mlx5_0: {} } }), /^\/linux\/resources\/rdma/);
});

test("#huge-page-limits: a page size is one of the kernel's", { needs }, async () => {
  const hugepageLimits = [{ pageSize: "3MB", limit: 0 }];
  assert.match(await at({ hugepageLimits }), /^\/linux\/resources\/hugepageLimits\/0/);
});

test("#pids: the limit is set", { needs }, async () => {
  const { id, pid } = await created("true", {}, limits({ pids: { limit: 42 } }));
  assert.is(cgroupFile(pid, "pids.max"), "42");
  await remove(id);
});

test("#unified: what the runtime does not know is written all the same", v2, async () => {
  const unified = { "cgroup.max.descendants": "7", "memory.low": "4096" };
  const { id, pid } = await created("true", {}, limits({ unified }));
  assert.is(cgroupFile(pid, "cgroup.max.descendants"), "7");
  assert.is(cgroupFile(pid, "memory.low"), "4096");
  await remove(id);
});

test("#unified: the controllers that it needs are enabled", v2, async () => {
  const { id, pid } = await created("true", {}, limits({ unified: { "pids.max": "123" } }));
  assert.match(cgroupFile(pid, "cgroup.controllers"), /\bpids\b/);
  assert.is(cgroupFile(pid, "pids.max"), "123");
  await remove(id);
});

test("#unified: a controller that there is not is an error", { ...v2, needs }, async () => {
  assert.match(await at({ unified: { "nothing.max": "1" } }), /^\/linux\/resources\/unified/);
});

test("#unified: what v2 cannot express is an error", v2, async () => {
  assert.match(
    await at({ memory: { kernelTCP: 1 << 20 } }),
    /^\/linux\/resources\/memory\/kernelTCP/,
  );
  assert.match(await at({ network: { classID: 5 } }), /^\/linux\/resources\/network/);
});

test("#cgroup-ownership: without a writable mount the cgroup stays root's", v2, async () => {
  const { id, pid } = await created("true", { userns: "auto:size=2000" });
  const [own] = cgroupsOf(pid);
  assert.is(statSync(own?.path ?? "").uid, 0);
  await remove(id);
  await until(() => !existsSync(own?.path ?? ""));
});

test.run();
