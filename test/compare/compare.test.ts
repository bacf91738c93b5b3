/** The table of what runc, crun and youki do with the same input, row by row. */
import * as assert from "uvu/assert";
import { comparisonText } from "../../runtime/cli/command/compare.ts";
import { compare } from "../../runtime/compare/compare.ts";
import { ioWeightOf } from "../../runtime/compare/others.ts";
import type { Runtime } from "../../runtime/compare/outcome.ts";
import type { WrunError } from "../../runtime/error.ts";
import type { Resources } from "../../runtime/spec/types.ts";
import { workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("compare");

const limit = 512 << 20;
const all: Runtime[] = ["runc", "crun", "youki"];

const { cgroup } = workstation.facts;
/** With the iocost model, which has io.weight. */
const facts = {
  ...workstation.facts,
  cgroup: {
    ...cgroup,
    hierarchies: cgroup.hierarchies.map((each) => ({
      ...each,
      controllers: [...each.controllers, "hugetlb"],
    })),
    features: { ...cgroup.features, iocost: true, hugepageSizes: ["2MB"] },
  },
};

function ask(resources: Resources, runtime: Runtime) {
  return compare({ ociVersion: "1.0.2", linux: { resources } }, facts, runtime).differences;
}

const none = "nothing written";
const disk = (rate: number) => ({ major: 8, minor: 0, rate });
const max = `memory.max = ${limit}`;

/** "": as wrun. */
const rows: [name: string, resources: Resources, ours: string, theirs: [string, string, string]][] =
  [
    ["pids.limit 0", { pids: { limit: 0 } }, "pids.max = 1", ["", none, ""]],
    ["pids.limit -1", { pids: { limit: -1 } }, "", ["", "", ""]],
    ["pids.limit 20", { pids: { limit: 20 } }, "", ["", "", ""]],
    [
      "swap 0 with a limit",
      { memory: { limit, swap: 0 } },
      "refused",
      [max, `${max}, memory.swap.max = 0`, ""],
    ],
    [
      "swap 0 without a limit",
      { memory: { swap: 0 } },
      "refused",
      [none, "memory.swap.max = 0", ""],
    ],
    [
      "swap as large as the limit",
      { memory: { limit, swap: limit } },
      `${max}, memory.swap.max = 0`,
      ["", "", max],
    ],
    ["a limit of 0", { memory: { limit: 0 } }, "refused", [none, "memory.max = 0", none]],
    [
      "no limit, and no word of swap",
      { memory: { limit: -1 } },
      "memory.max = max",
      ["memory.max = max, memory.swap.max = max", "", "memory.max = max, memory.swap.max = max"],
    ],
    [
      "no limit, but one of swap",
      { memory: { limit: -1, swap: limit } },
      "refused",
      [
        `memory.max = max, memory.swap.max = ${limit}`,
        `memory.max = max, memory.swap.max = ${limit + 1}`,
        `memory.max = max, memory.swap.max = ${limit}`,
      ],
    ],
    ["a limit of -2", { memory: { limit: -2 } }, "refused", ["", "memory.max = max", ""]],
    ["a limit", { memory: { limit } }, "", ["", "", ""]],
    ["twice as much with swap", { memory: { limit, swap: 2 * limit } }, "", ["", "", ""]],
    ["swap without limit", { memory: { limit, swap: -1 } }, "", ["", "", ""]],
    ["a quota of -1", { cpu: { quota: -1 } }, "cpu.max = max 100000", ["", none, ""]],
    ["a period alone", { cpu: { period: 50000 } }, "", ["", "", ""]],
    ["half a processor", { cpu: { quota: 50000, period: 100000 } }, "", ["", "", ""]],
    [
      "blkio weight 500",
      { blockIO: { weight: 500 } },
      "io.weight = 4950",
      ["", "", "io.weight = 51"],
    ],
    ["swappiness", { memory: { swappiness: 10 } }, "refused", [none, "", none]],
    ["no OOM killer", { memory: { disableOOMKiller: true } }, "refused", [none, "", none]],
    ["an OOM killer", { memory: { disableOOMKiller: false } }, "", ["", "", ""]],
    ["TCP memory", { memory: { kernelTCP: limit } }, "refused", [none, "", none]],
    [
      "real-time",
      { cpu: { realtimeRuntime: 5000, realtimePeriod: 1_000_000 } },
      "refused",
      [none, "", ""],
    ],
    ["a weight of leaves", { blockIO: { leafWeight: 500 } }, "refused", [none, "", ""]],
    ["a network class", { network: { classID: 5 } }, "refused", [none, "", none]],
    [
      "huge pages",
      { hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }] },
      "hugetlb.2MB.max = 4194304, hugetlb.2MB.rsvd.max = 4194304",
      ["", "hugetlb.2MB.max = 4194304", ""],
    ],
    [
      "huge pages that are not there",
      { hugepageLimits: [{ pageSize: "1GB", limit: 0 }] },
      "",
      ["", "", ""],
    ],
    ["a reservation", { memory: { reservation: limit } }, "", ["", "", ""]],
    ["processors", { cpu: { cpus: "0-1", mems: "0" } }, "", ["", "", ""]],
    ["an idle cgroup", { cpu: { idle: 1 } }, "", ["", "", ""]],
    ["time saved up", { cpu: { quota: 50000, period: 100000, burst: 20000 } }, "", ["", "", ""]],
    ["a throttle", { blockIO: { throttleReadBpsDevice: [disk(4096)] } }, "", ["", "", ""]],
    [
      "a throttle of 0",
      { blockIO: { throttleWriteIOPSDevice: [disk(0)] } },
      "io.max = 8:0 wiops=max",
      ["refused", "refused", "refused"],
    ],
    ["a throttle of 1", { blockIO: { throttleReadBpsDevice: [disk(1)] } }, "refused", ["", "", ""]],
    [
      "a weight of one device without BFQ",
      { blockIO: { weightDevice: [{ major: 8, minor: 0, weight: 500 }] } },
      "io.weight = 8:0 4950",
      [none, "refused", "refused"],
    ],
    ["a file of unified", { unified: { "memory.high": "33554432" } }, "", ["", "", ""]],
    [
      "unified that moves processes",
      { unified: { "cgroup.procs": "0" } },
      "refused",
      ["cgroup.procs = 0", "cgroup.procs = 0", "cgroup.procs = 0"],
    ],
  ];

for (const [name, resources, ours, theirs] of rows)
  test(name, () => {
    all.forEach((runtime, i) => {
      const found = ask(resources, runtime);
      const wanted = theirs[i] === "" ? [] : [[theirs[i], ours]];
      assert.equal(
        found.map((each) => [each.theirs, each.ours]),
        wanted,
        runtime,
      );
      for (const { because, instead, pointer } of found) {
        assert.ok(because !== "" && instead !== "");
        assert.match(pointer, /^\/linux\/resources\//);
      }
    });
  });

const weight = (runtime: Runtime, value: number) => {
  const outcome = ioWeightOf(runtime, BigInt(value), false);
  return outcome.kind === "error" ? outcome.why : outcome.writes.get("io.weight");
};

test("io.weight with the width of each runtime's numbers", () => {
  assert.equal(
    [10, 17, 100, 500, 1000].map((value) => weight("youki", value)),
    ["1", "5", "49", "51", "4"],
  );
  assert.equal(
    [10, 100, 500, 1000].map((value) => weight("runc", value)),
    ["1", "910", "4950", "10000"],
  );
  assert.match(weight("crun", 5) ?? "", "4338301");
  assert.match(weight("crun", 9) ?? "", "4338341");
  assert.match(weight("runc", 5) ?? "", /1\d{16,19}/);
});

test("what is wrong in one part does not hide another", () => {
  const found = ask({ memory: { limit: 0 }, pids: { limit: 0 } }, "crun");
  assert.equal(
    found.map(({ pointer }) => pointer),
    ["/linux/resources/memory", "/linux/resources/pids/limit"],
  );
});

test("as text: the place, both sides, and the rule of each", () => {
  const spec = { ociVersion: "1.0.2", linux: { resources: { pids: { limit: 0 } } } };
  const text = comparisonText(compare(spec, facts, "crun"));
  assert.match(text, "/linux/resources/pids/limit\n  crun 1.29.1  nothing written\n");
  assert.match(text, "because 0 counts as not given\n  wrun         pids.max = 1\n");
  assert.is(comparisonText(compare(spec, facts, "runc")), "runc 1.5.0 would write the same\n");
});

test("not for a host without cgroups", () => {
  const nothing = { ...cgroup, version: "none" as const, hierarchies: [] };
  try {
    compare({ ociVersion: "1.0.2" }, { ...facts, cgroup: nothing }, "runc");
    assert.unreachable();
  } catch (error) {
    assert.is((error as WrunError).code, "ERR_FEATURE_MISSING");
  }
});

test.run();
