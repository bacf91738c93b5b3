/** The rules for cgroup v1, as a table and against the real programs. */
import * as assert from "uvu/assert";
import { compare } from "../../runtime/compare/compare.ts";
import { type Runtime, runtimes } from "../../runtime/compare/outcome.ts";
import { partsOfV1 } from "../../runtime/compare/v1.ts";
import { cgroupResources } from "../../runtime/policy/request.ts";
import type { Resources } from "../../runtime/spec/types.ts";
import type { Facts, Hierarchy } from "../../shim/facts/types.ts";
import { underOther } from "../differential/limited.ts";
import { workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";
import { host } from "../policy/cgroup-files.ts";

const test = topic("compare on v1", { vm: true });
const limit = 512 << 20;

const v1 = (...controllers: string[]): Hierarchy => ({
  ...{ unified: false, controllers, mount: `/sys/fs/cgroup/${controllers[0]}` },
  ...{ own: "/", name: "", writable: "root" },
});
const facts: Facts = {
  ...workstation.facts,
  cgroup: {
    version: "v1",
    hierarchies: ["memory", "cpu", "cpuset", "pids", "blkio", "hugetlb", "rdma"].map((name) =>
      v1(name),
    ),
    swap: true,
    features: {
      ...workstation.facts.cgroup.features,
      ...{ realtime: true, hugepageSizes: ["2MB"], rdmaDevices: ["mlx5_0"] },
    },
  },
};

function ask(resources: Resources, runtime: Runtime) {
  return compare({ ociVersion: "1.0.2", linux: { resources } }, facts, runtime).differences;
}

const none = "nothing written";
const max = `memory.limit_in_bytes = ${limit}`;

/** "": as wrun. In the order of `runtimes`: runc, crun, youki. */
const rows: [name: string, resources: Resources, ours: string, theirs: [string, string, string]][] =
  [
    ["a limit", { memory: { limit } }, "", ["", "", ""]],
    ["a limit with swap", { memory: { limit, swap: 2 * limit } }, "", ["", "", ""]],
    ["a limit of 0", { memory: { limit: 0 } }, "refused", [none, "", none]],
    ["swap 0 with a limit", { memory: { limit, swap: 0 } }, "refused", [max, "", max]],
    ["less swap than memory", { memory: { limit, swap: limit / 2 } }, "refused", ["", "", ""]],
    [
      "no limit, and no word of swap",
      { memory: { limit: -1 } },
      "memory.limit_in_bytes = -1",
      [
        "memory.limit_in_bytes = -1, memory.memsw.limit_in_bytes = -1",
        "",
        "memory.limit_in_bytes = -1, memory.memsw.limit_in_bytes = -1",
      ],
    ],
    ["a limit of -2", { memory: { limit: -2 } }, "refused", ["", "", ""]],
    ["swappiness", { memory: { swappiness: 7 } }, "", ["", "", ""]],
    ["shares", { cpu: { shares: 512 } }, "", ["", "", ""]],
    ["shares of 0", { cpu: { shares: 0 } }, "", ["", "", ""]],
    ["a quota and a period", { cpu: { quota: 5000, period: 50_000 } }, "", ["", "", ""]],
    ["pids.limit 0", { pids: { limit: 0 } }, "pids.max = 1", ["", none, ""]],
    ["pids.limit -1", { pids: { limit: -1 } }, "", ["", "", ""]],
    ["real-time", { cpu: { realtimeRuntime: 2000, realtimePeriod: 1_000_000 } }, "", ["", "", ""]],
    [
      "huge pages",
      { hugepageLimits: [{ pageSize: "2MB", limit: 1 << 22 }] },
      "hugetlb.2MB.limit_in_bytes = 4194304, hugetlb.2MB.rsvd.limit_in_bytes = 4194304",
      ["", "hugetlb.2MB.limit_in_bytes = 4194304", "hugetlb.2MB.limit_in_bytes = 4194304"],
    ],
    [
      "rdma",
      { rdma: { mlx5_0: { hcaHandles: 2 } } },
      "rdma.max = mlx5_0 hca_handle=2",
      ["", none, none],
    ],
  ];

for (const [name, resources, ours, theirs] of rows) {
  test(name, { vm: false }, () => {
    runtimes.forEach((runtime, i) => {
      const found = ask(resources, runtime);
      const wanted = theirs[i] === "" ? [] : [[theirs[i], ours]];
      assert.equal(
        found.map((each) => [each.theirs, each.ours]),
        wanted,
        runtime,
      );
      for (const { because, instead } of found) assert.ok(because !== "" && instead !== "");
    });
  });
}

/** What Debian's older ones do otherwise than the versions that the rules are of. */
const older: { who: Runtime; file: RegExp; why: string }[] = [
  { who: "runc", file: /^pids\.max$/, why: "0 counted as not given before 1.2" },
  { who: "runc", file: /rsvd\.limit_in_bytes$/, why: "1.1 limits what is used only" },
];

/** Whole rows, of which the older one fails. */
const refusedByOlder: { who: Runtime; name: string; why: string }[] = [
  { who: "crun", name: "pids.limit -1", why: "1.8 writes -1 as a number on v1" },
];

/** As the kernel shows it. */
const shown = (value: string): string => (value === "-1" ? "9223372036854771712" : value);

for (const runtime of ["crun", "runc"] as const) {
  test(`${runtime} does what the rules say`, {
    needs: ["root", "busybox", "cgroup-v1", runtime],
    timeout_ms: 60_000,
  }, () => {
    const has = (name: string) =>
      host.hierarchies.some(({ controllers }) => controllers.includes(name));
    const asked = rows.filter(([, { rdma, hugepageLimits, cpu }]) => {
      if (rdma || (hugepageLimits && !has("hugetlb"))) return false;
      return cpu?.realtimeRuntime === undefined || host.features.realtime;
    });
    for (const [name, resources] of asked) {
      const spec = { ociVersion: "1.0.2", linux: { resources } };
      const parts = partsOfV1(cgroupResources(spec), host.features, runtime);
      const seen = underOther(runtime, resources);
      if (refusedByOlder.some((each) => each.who === runtime && each.name === name)) {
        assert.type(seen, "string", name);
        continue;
      }
      for (const { theirs } of parts) {
        if (theirs.kind === "error") assert.type(seen, "string", `${name}: it is refused`);
        else if (typeof seen === "string") assert.unreachable(`${name}: ${seen}`);
        else
          for (const [file, value] of theirs.writes)
            if (!older.some((each) => each.who === runtime && each.file.test(file)))
              assert.is(seen[file], shown(value), `${name}: ${file}`);
      }
    }
  });
}

test.run();
