/** Updates on hosts of both versions, against a model of what the kernel refuses on the way. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import type {
  CgroupsCpu,
  CgroupsFacts,
  CgroupsMemory,
  CgroupsResources,
  CgroupsValue,
} from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { Model, type Parent } from "./cgroup-model.ts";

const test = topic("cgroup updates");

const names = ["cpu", "memory", "pids"];

function facts(unified: boolean): CgroupsFacts {
  return {
    version: unified ? "v2" : "v1",
    hierarchies: [
      {
        unified,
        controllers: names,
        mount: "/sys/fs/cgroup",
        own: "/",
        name: "",
        writable: "root",
      },
    ],
    swap: true,
    features: {
      bfq: true,
      cfq: false,
      iocost: false,
      realtime: true,
      kernelMemory: false,
      kernelTcp: true,
      hugepageSizes: [],
      rdmaDevices: [],
    },
    cpus: 4,
    totalMemory: 1n << 33n,
    privileged: true,
  };
}

interface Limits {
  memory: CgroupsMemory & { limit: bigint; swap: bigint };
  cpu: CgroupsCpu & { quota: bigint; period: bigint; realtimeRuntime: bigint };
  pids: bigint;
}

const bytes = fc.bigInt({ min: 1n << 20n, max: 1n << 34n });
const some = (max: bigint) => fc.bigInt({ min: 1000n, max });

/** All that a cgroup keeps is given, so that the way back leaves nothing of the other. */
const limits: fc.Arbitrary<Limits> = fc
  .record({
    limit: fc.option(bytes, { nil: -1n }),
    more: fc.option(fc.bigInt({ min: 0n, max: 1n << 33n }), { nil: -1n }),
    quota: fc.option(some(10_000_000n), { nil: -1n }),
    period: some(1_000_000n),
    percent: fc.bigInt({ min: 0n, max: 100n }),
    idle: fc.constantFrom(0n, 0n, 1n),
    shares: some(262_144n),
    rtPeriod: some(10_000_000n),
    rtPercent: fc.bigInt({ min: 0n, max: 95n }),
    pids: fc.bigInt({ min: 1n, max: 99n }),
  })
  .map(({ limit, more, quota, period, percent, rtPeriod, rtPercent, idle, shares, pids }) => ({
    memory: { limit, swap: limit < 0n || more < 0n ? -1n : limit + more },
    cpu: {
      cpus: "",
      mems: "",
      quota,
      period,
      burst: quota < 0n ? 0n : (quota * percent) / 100n,
      idle,
      shares,
      realtimeRuntime: (rtPeriod * rtPercent) / 100n,
      realtimePeriod: rtPeriod,
    },
    pids,
  }));

const ratio = (runtime: bigint, period: bigint) => Number(runtime) / Number(period);

/** The tightest parent that takes both: on the way nothing may be above the larger of them. */
function parentOf(...both: Limits[]): Parent {
  const isEndless = both.some(({ cpu }) => cpu.quota < 0n);
  return {
    bandwidth: isEndless ? 0 : Math.max(...both.map(({ cpu }) => ratio(cpu.quota, cpu.period))),
    realtime: Math.max(
      ...both.map(({ cpu }) => ratio(cpu.realtimeRuntime, cpu.realtimePeriod ?? 1n)),
    ),
  };
}

function withoutRealtime({ cpu, ...rest }: Limits): CgroupsResources {
  return { ...rest, cpu: { ...cpu, realtimeRuntime: undefined, realtimePeriod: undefined } };
}

function change(model: Model, asked: CgroupsResources, host: CgroupsFacts): void {
  const { writes } = policy().cgroups.update(asked, model.read(host), host);
  const all = writes.map(({ file, value }) => `${file}=${value}`).join(" ");
  for (const write of writes) {
    const before = model.state;
    assert.is(model.write(write), "", `${write.file}=${write.value} of ${all} in ${before}`);
  }
}

for (const version of ["v1", "v2"] as const) {
  test(`${version}: every step is allowed, and the way back restores`, () => {
    const host = facts(version === "v2");
    const property = fc.property(limits, limits, (a, b) => {
      const model = new Model(version === "v2", parentOf(a, b));
      const [first, second] = version === "v2" ? [a, b].map(withoutRealtime) : [a, b];
      change(model, first as CgroupsResources, host);
      const before = model.state;
      change(model, second as CgroupsResources, host);
      change(model, first as CgroupsResources, host);
      assert.is(model.state, before);
    });
    fc.assert(property, { numRuns: 1500 });
  });

  test(`${version}: a new cgroup gets from update what it gets from decide`, () => {
    const host = facts(version === "v2");
    const property = fc.property(limits, (asked) => {
      const given = version === "v2" ? withoutRealtime(asked) : asked;
      const { writes } = policy().cgroups.decide(given, "", "box", host);
      assert.equal(policy().cgroups.update(given, [], host).writes, writes);
    });
    fc.assert(property, { numRuns: 200 });
  });
}

test("the model refuses what the kernel refuses", () => {
  const write = (file: string, value: string) => ({
    hierarchy: 0,
    file,
    value,
    why: { rule: "", pointer: "" },
    ignore: [],
  });
  const answers = (writes: [string, string][], unified = false) => {
    const model = new Model(unified, { bandwidth: 1, realtime: 0.5 });
    return writes.map(([file, value]) => model.write(write(file, value)));
  };
  const [limit, memsw] = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
  assert.equal(answers([[memsw, "4096"]]), ["EINVAL"]);
  assert.equal(
    answers([
      [limit, "4096"],
      [memsw, "4096"],
      [limit, "8192"],
    ]),
    ["", "", "EINVAL"],
  );
  const [quota, burst] = ["cpu.cfs_quota_us", "cpu.cfs_burst_us"];
  assert.equal(
    answers([
      [quota, "9000"],
      [burst, "9001"],
      [burst, "9000"],
      [quota, "8000"],
    ]),
    ["", "EINVAL", "", "EINVAL"],
  );
  assert.equal(answers([[quota, "100001"]]), ["EINVAL"]);
  assert.equal(answers([["cpu.rt_runtime_us", "500001"]]), ["EINVAL"]);
  assert.equal(
    answers(
      [
        ["cpu.idle", "1"],
        ["cpu.weight", "9"],
      ],
      true,
    ),
    ["", "EINVAL"],
  );
});

test("what is not asked for stays, and a period alone keeps the quota", () => {
  const writes = (cpu: Partial<CgroupsCpu>, current: CgroupsValue[], unified = true) =>
    policy()
      .cgroups.update({ cpu: { cpus: "", mems: "", ...cpu } }, current, facts(unified))
      .writes.map(({ file, value }) => `${file}=${value}`);
  const now = [{ hierarchy: 0, file: "cpu.max", text: "20000 100000" }];
  assert.equal(writes({ period: 50000n }, now), ["cpu.max=20000 50000"]);
  assert.equal(writes({ quota: 5000n }, now), ["cpu.max=5000 100000"]);
  assert.equal(writes({ quota: -1n }, now), ["cpu.max=max 100000"]);
  assert.equal(writes({}, now), []);
});

test.run();
