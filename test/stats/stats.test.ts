/** stats(): of containers that run, on whatever cgroups this host has. */
import * as assert from "uvu/assert";
import type { WrunError } from "../../runtime/error.ts";
import { stats } from "../../runtime/stats/stats.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { StatsSample } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { background, newId, until } from "../run/launch.ts";

const test = topic("container stats", { vm: true });

const { hierarchies } = probe().cgroup;
const has = (controller: string) => hierarchies.some((h) => h.controllers.includes(controller));
const unified = hierarchies.some((h) => h.unified && h.controllers.includes("memory"));

/** Why a member has no value. */
const why = (sample: StatsSample, field: string) =>
  sample.absent.find((each) => each.field === field)?.why ?? "";

test("memory, time and processes of a container that is at work", {
  needs: ["root", "busybox", "memory-controller"],
}, async () => {
  const work = "while :; do :; done & sleep 1000 &";
  const options = { memory: "64m", pidsLimit: 20, cpus: 0.5, tmpfs: ["/big"] };
  const fill = "dd if=/dev/zero of=/big/file bs=1M count=8 2>/dev/null";
  const { id, stop } = await background(`${work}\n${fill}`, options);
  try {
    const { memory, pids, pressure } = stats(id);
    assert.equal(memory.limitBytes, { tag: "at", val: 64n << 20n });
    assert.ok((memory.usageBytes ?? 0n) >= 8n << 20n, `${memory.usageBytes}`);
    assert.ok((memory.shmemBytes ?? 0n) >= 8n << 20n, `${memory.shmemBytes}`);
    assert.ok((memory.workingSetBytes ?? 0n) <= (memory.usageBytes ?? 0n));
    assert.is(memory.oomKills, 0n);
    // v1 counts them in ticks, and a fast machine has done much before the first.
    await until(() => {
      const { cpu } = stats(id);
      const [user, system] = [cpu.userUs ?? 0n, cpu.systemUs ?? 0n];
      return (cpu.usageUs ?? 0n) > 1000n && user + system > 0n && (cpu.periods ?? 0n) > 0n;
    }, "time that is counted");
    assert.equal(pids.limit, { tag: "at", val: 20n });
    // Two shells and two sleeps.
    if (has("pids")) await until(() => stats(id).pids.processes === 4n, "four processes");
    assert.is(pressure.cpu === undefined, why(stats(id), "pressure.cpu") !== "");
  } finally {
    await stop();
  }
});

test("the limit on processes, met", { needs: ["root", "busybox"] }, async () => {
  const fork = "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done 2>/dev/null";
  const { id, stop } = await background(`(${fork}) 2>/dev/null || true`, { pidsLimit: 6 });
  try {
    await until(() => (stats(id).pids.limitEvents ?? 0n) > 0n, "a refused fork");
  } finally {
    await stop();
  }
});

test("no limits are no limits, and what a host does not count has a reason", {
  needs: ["root", "busybox"],
}, async () => {
  const { id, stop } = await background("true");
  try {
    const sample = stats(id);
    if (has("memory")) assert.equal(sample.memory.limitBytes, { tag: "unlimited" });
    if (has("memory") && !unified) {
      assert.is(sample.memory.kernelStackBytes, undefined);
      assert.match(why(sample, "memory.kernel-stack-bytes"), "`memory.stat`");
    }
    if (!has("cpuacct")) assert.match(why(sample, "cpu.per-cpu-us"), "cpuacct.usage_percpu");
    for (const { field, why } of sample.absent) assert.ok(field !== "" && why !== "");
    // On v2 a controller counts where it was switched on, and wrun does that for those that are asked for.
    if (sample.hugePages === undefined) assert.match(why(sample, "huge-pages"), "hugetlb");
    else {
      const sizes = sample.hugePages.map(({ pageSize }) => pageSize);
      assert.ok(sizes.length > 0);
      assert.ok(sample.hugePages.every(({ limitBytes }) => limitBytes?.tag === "unlimited"));
    }
  } finally {
    await stop();
  }
});

const failure = (act: () => unknown): string => {
  try {
    act();
    return "";
  } catch (error) {
    return (error as WrunError).code;
  }
};

test("of a container that is not there, or no more", { needs: ["root", "busybox"] }, async () => {
  assert.is(
    failure(() => stats(newId())),
    "ERR_NOT_FOUND",
  );
  const { id, stop } = await background("true");
  assert.is(
    failure(() => stats(id)),
    "",
  );
  await stop();
  assert.is(
    failure(() => stats(id)),
    "ERR_NOT_FOUND",
  );
});

test.run();
