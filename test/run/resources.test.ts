/** linux.resources of a bundle, all of it, in the cgroups of a container that runs; v1 here, v2 in the VM lane. */
import { existsSync, readFileSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import * as assert from "uvu/assert";
import type { Resources } from "../../runtime/spec/types.ts";
import { probe } from "../../shim/facts/probe.ts";
import { topic } from "../harness.ts";
import { disk } from "../policy/cgroup-files.ts";
import { bundle } from "./bundle.ts";
import { cgroupFile } from "./cgroup-file.ts";
import { background, launch, refusal } from "./launch.ts";

const test = topic("resources", { vm: true });

const { hierarchies, features, version } = probe().cgroup;
const has = (name: string) => hierarchies.some(({ controllers }) => controllers.includes(name));

function bundleWith(resources: Resources): string {
  return bundle((spec) => ({ ...spec, linux: { ...spec.linux, resources } }));
}

const at = disk();
const numbers = { major: Number(at?.major), minor: Number(at?.minor) };
const name = `${numbers.major}:${numbers.minor}`;

/** For each controller the wish, and what the file of v1 and that of v2 read then. */
const wishes: [needs: string, asked: Resources, v1: [string, RegExp], v2?: [string, RegExp]][] = [
  [
    "memory",
    { memory: { limit: 1 << 26, reservation: 1 << 24 } },
    ["memory.soft_limit_in_bytes", /^16777216$/],
    ["memory.low", /^16777216$/],
  ],
  ["memory", { memory: { swappiness: 7, disableOOMKiller: true } }, ["memory.swappiness", /^7$/]],
  [
    "hugetlb",
    { hugepageLimits: [{ pageSize: "2MB", limit: 1 << 22 }] },
    ["hugetlb.2MB.rsvd.limit_in_bytes", /^4194304$/],
    ["hugetlb.2MB.rsvd.max", /^4194304$/],
  ],
  [
    "net_cls",
    { network: { classID: 5, priorities: [{ name: "lo", priority: 3 }] } },
    ["net_prio.ifpriomap", /^lo 3$/m],
  ],
];

if (features.realtime) {
  const cpu = { realtimeRuntime: 2000, realtimePeriod: 1_000_000 };
  wishes.push(["cpu", { cpu }, ["cpu.rt_runtime_us", /^2000$/]]);
}
if (at) {
  const blockIO = { throttleReadBpsDevice: [{ ...numbers, rate: 1 << 20 }] };
  const one = new RegExp(`^${name} (rbps=)?1048576`, "m");
  const files: [[string, RegExp], [string, RegExp]] = [
    ["blkio.throttle.read_bps_device", one],
    ["io.max", one],
  ];
  wishes.push([has("blkio") ? "blkio" : "io", { blockIO }, ...files]);
}

for (const [controller, asked, v1, v2] of wishes) {
  test(`${JSON.stringify(asked)}`, { needs: ["root", "busybox"] }, async () => {
    const hierarchy = hierarchies.find(({ controllers }) => controllers.includes(controller));
    const path = bundleWith(asked);
    const file = hierarchy?.unified ? v2 : v1;
    if (!hierarchy || !file) {
      const { code, pointer } = await refusal(launch("true", { bundle: path }));
      assert.match(code, /^ERR_CGROUP/);
      assert.match(pointer ?? "", /^\/linux\/resources\//);
      return;
    }
    const { pid, stop } = await background("", { bundle: path });
    try {
      assert.match(cgroupFile(pid, file[0]), file[1], file[0]);
    } finally {
      await stop();
    }
  });
}

/** A cgroup that the first of two containers made, and the second could not take away. */
function rmdirAbove(path: string): void {
  for (const { mount } of hierarchies) {
    const above = `${mount}${dirname(path)}`;
    if (existsSync(above)) rmdirSync(above);
  }
}

test("real-time above a container is what its children have, and goes back", {
  needs: ["root", "busybox"],
}, async () => {
  if (!features.realtime) return;
  const mount = hierarchies.find(({ controllers }) => controllers.includes("cpu"))?.mount;
  const parent = `/wrun-test-realtime-${process.pid}/wrun`;
  const above = (): string => readFileSync(`${mount}${parent}/cpu.rt_runtime_us`, "utf8").trim();
  const start = (name: string, realtimeRuntime: number, realtimePeriod: number) => {
    const cpu = { realtimeRuntime, realtimePeriod };
    const path = bundle((spec) => {
      const linux = { ...spec.linux, resources: { cpu }, cgroupsPath: `${parent}/${name}` };
      return { ...spec, linux };
    });
    return background("", { bundle: path });
  };
  const first = await start("first", 2000, 1_000_000);
  const second = await start("second", 1000, 300_000).catch(async (error) => {
    await first.stop();
    throw error;
  });
  try {
    assert.is(above(), `${2000 + 3334}`);
  } finally {
    await first.stop();
  }
  const left = above();
  await second.stop();
  rmdirAbove(parent);
  assert.is(left, "3334");
  assert.not.ok(existsSync(`${mount}${parent}`));
});

test("raw files of v2, over the limits", { needs: ["root", "busybox"] }, async () => {
  const path = bundleWith({
    memory: { limit: 1 << 26 },
    unified: { "memory.max": "134217728", "memory.high": "50331648" },
  });
  if (version !== "v2") {
    const error = await refusal(launch("true", { bundle: path }));
    assert.is(error.pointer, "/linux/resources/unified/memory.high");
    return;
  }
  const { pid, stop } = await background("", { bundle: path });
  try {
    assert.equal(
      [cgroupFile(pid, "memory.max"), cgroupFile(pid, "memory.high")],
      ["134217728", "50331648"],
    );
  } finally {
    await stop();
  }
});

test.run();
