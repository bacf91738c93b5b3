/** Inputs of the policy engine for fast-check: sensible ones, silly ones, and the borders between. */
import fc from "fast-check";
import type {
  CapabilitiesFacts,
  CapabilitiesSets,
  CgroupsBlockIo,
  CgroupsFacts,
  CgroupsFeatures,
  CgroupsHierarchy,
  CgroupsResources,
  CgroupsValue,
  IdMapsFacts,
  NamespacesFacts,
  NamespacesNeeds,
  NamespacesRequest,
} from "../../wasm/generated/host.js";

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Short and long, with every kind of character; a lone surrogate is no Unicode text and cannot come from outside. */
export const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "/", "..", "a/b", "net.ipv4.ip_forward", "0-3", "CAP_KILL", "ALL", "😀"),
);

const s64 = fc.oneof(
  fc.constantFrom(-1n, 0n, 1n, 1000n, 4096n, 50000n, 64n << 20n, 128n << 20n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const u64 = fc.oneof(
  fc.constantFrom(0n, 2n, 1000n, 1024n, 50000n, 100000n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const u32 = fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

/** Mostly one of the sensible values. */
function mostly<Value>(
  sensible: Value[],
  any: fc.Arbitrary<Value>,
): fc.Arbitrary<Value | undefined> {
  return maybe(
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...sensible) },
      { weight: 1, arbitrary: any },
    ),
  );
}

const mebibyte = 1n << 20n;
const list = (...sensible: string[]) => mostly(sensible, text).map((value) => value ?? "");

const device = { major: fc.constant(8n), minor: mostly([0n, 16n], s64).map((n) => n ?? 0n) };
const throttles = fc.array(fc.record({ ...device, rate: u64 }), { maxLength: 2 });
const weight = mostly([0, 10, 500, 1000], u32);

const blockIo: fc.Arbitrary<CgroupsBlockIo> = fc.record({
  weight,
  leafWeight: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, weight),
  weightDevice: fc.array(fc.record({ ...device, weight, leafWeight: fc.constant(undefined) }), {
    maxLength: 1,
  }),
  readBps: throttles,
  writeBps: throttles,
  readIops: throttles,
  writeIops: throttles,
});

/** Seldom there, as most of a host's limits are not asked for. */
const seldom = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });

export const unified = fc.array(
  fc.record({
    file: fc.oneof(
      fc.constantFrom("memory.high", "cpu.max", "io.max", "cgroup.max.depth", "misc.max"),
      { weight: 1, arbitrary: text },
    ),
    value: fc.oneof(fc.constantFrom("max", "1\n2\n", "8:0 rbps=1\n8:16 wbps=2"), text),
  }),
  { maxLength: 3 },
);

export const resources: fc.Arbitrary<CgroupsResources> = fc.record({
  blockIo: seldom(blockIo),
  hugepageLimits: seldom(
    fc.array(fc.record({ pageSize: fc.oneof(fc.constantFrom("2MB", "1GB"), text), limit: u64 }), {
      maxLength: 2,
    }),
  ),
  network: seldom(
    fc.record({
      classId: maybe(u32),
      priorities: fc.array(
        fc.record({ name: fc.oneof(fc.constant("eth0"), text), priority: u32 }),
        {
          maxLength: 2,
        },
      ),
    }),
  ),
  rdma: seldom(
    fc.array(
      fc.record({
        device: fc.oneof(fc.constant("mlx5_0"), text),
        handles: maybe(u32),
        objects: maybe(u32),
      }),
      { maxLength: 2 },
    ),
  ),
  unified: seldom(unified),
  formulas: maybe(
    fc.record({
      cpuWeight: fc.constantFrom("linear", "quadratic"),
      ioWeight: fc.constantFrom("linear", "systemd"),
    }),
  ),
  memory: maybe(
    fc.record({
      limit: mostly([64n * mebibyte, 64n * mebibyte, -1n], s64),
      reservation: mostly([32n * mebibyte, 0n, -1n], s64),
      swap: mostly([-1n, 64n * mebibyte, 96n * mebibyte], s64),
      kernel: seldom(s64),
      kernelTcp: seldom(s64),
      swappiness: seldom(mostly([0n, 60n, 100n], u64)).map((n) => n ?? undefined),
      disableOomKiller: mostly([false], fc.boolean()),
      useHierarchy: mostly([true], fc.boolean()),
      checkBeforeUpdate: mostly([false], fc.boolean()),
    }),
  ),
  cpu: maybe(
    fc.record({
      shares: mostly([0n, 2n, 1024n, 262144n], u64),
      quota: mostly([-1n, 0n, 50000n], s64),
      period: mostly([0n, 50000n, 100000n], u64),
      burst: mostly([0n, 1000n], u64),
      idle: mostly([0n, 1n], s64),
      cpus: list("", "0", "0,0"),
      mems: list("", "0"),
      realtimeRuntime: mostly([0n], s64),
      realtimePeriod: mostly([0n, 1000000n], u64),
    }),
  ),
  pids: mostly([-1n, 0n, 20n], s64),
});

const controllers = ["cpu", "cpuset", "io", "memory", "pids", "hugetlb", "rdma"];
const names_of_v1 = ["net_cls", "net_prio", "freezer"];

export const features: fc.Arbitrary<CgroupsFeatures> = fc.record({
  bfq: fc.boolean(),
  cfq: fc.boolean(),
  iocost: fc.boolean(),
  realtime: fc.boolean(),
  kernelMemory: fc.boolean(),
  kernelTcp: fc.boolean(),
  hugepageSizes: fc.constantFrom([], ["2MB"], ["2MB", "1GB"]),
  rdmaDevices: fc.constantFrom([], ["mlx5_0"]),
});
const reach = fc.constantFrom("none" as const, "own" as const, "root" as const, "root" as const);

function v1(writable: CgroupsHierarchy["writable"], names: string[]): CgroupsHierarchy[] {
  return names.map((name) => ({
    unified: false,
    controllers: [name],
    mount: `/sys/fs/cgroup/${name}`,
    own: "/own",
    name: "",
    writable,
  }));
}

/** Each controller is on v1, on v2 or nowhere. */
export const cgroupsFacts: fc.Arbitrary<CgroupsFacts> = fc
  .record({
    old: fc.subarray(controllers),
    more: fc.subarray(names_of_v1),
    features,
    unified: fc.boolean(),
    lost: fc.subarray(controllers, { maxLength: 2 }),
    writable: fc.tuple(reach, reach),
    swap: fc.boolean(),
    cpus: fc.integer({ min: 1, max: 8 }),
    privileged: fc.boolean(),
  })
  .map(({ old, more, unified, lost, writable, ...rest }) => {
    const v2 = controllers.filter((name) => !old.includes(name) && !lost.includes(name));
    // The controller of block devices has another name on v1.
    const names = [...old.map((name) => (name === "io" ? "blkio" : name)), ...more];
    const hierarchies = v1(writable[0], names);
    if (unified) {
      hierarchies.push({
        unified,
        controllers: v2,
        mount: "/sys/fs/cgroup",
        own: "/own",
        name: "",
        writable: writable[1],
      });
    }
    const both = unified ? ("hybrid" as const) : ("v1" as const);
    const version = names.length > 0 ? both : unified ? "v2" : "none";
    return { version, hierarchies, totalMemory: 1n << 33n, ...rest };
  });

/** Files as they read, sensible and not. */
export const current: fc.Arbitrary<CgroupsValue[]> = fc.array(
  fc.record({
    hierarchy: fc.nat(8),
    file: fc.constantFrom(
      ...["memory.max", "memory.swap.max", "memory.current", "memory.limit_in_bytes", "cpu.max"],
      ...["memory.memsw.limit_in_bytes", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.idle"],
      ...["cpu.max.burst", "cpu.cfs_burst_us", "cpu.rt_runtime_us", "cpu.rt_period_us"],
    ),
    text: fc.oneof(
      fc.constantFrom("max", "-1", "0", "1", "9223372036854771712", "18446744073709551616"),
      fc.constantFrom("max 100000", "50000 100000", " ", "-9223372036854775808"),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
      text,
    ),
  }),
  { maxLength: 12 },
);

const kind = fc.constantFrom(
  ...(["user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time"] as const),
);

export const requests: fc.Arbitrary<NamespacesRequest[]> = fc.oneof(
  fc.array(fc.record({ kind, path: maybe(text) }), { maxLength: 10 }),
  fc.uniqueArray(fc.record({ kind, path: maybe(fc.constant("/proc/7/ns/x")) }), {
    selector: (request) => request.kind,
    maxLength: 8,
  }),
);

export const needs: fc.Arbitrary<NamespacesNeeds> = fc.record({
  hostname: fc.boolean(),
  domainname: fc.boolean(),
  idMappings: fc.boolean(),
  timeOffsets: fc.boolean(),
  sysctl: fc.array(text, { maxLength: 4 }),
});

export const namespacesFacts: fc.Arbitrary<NamespacesFacts> = fc.record({
  supported: fc.constant({
    user: true,
    mount: true,
    pid: true,
    network: true,
    ipc: true,
    uts: true,
    cgroup: true,
    time: true,
  }),
  privileged: fc.boolean(),
  userAllowed: fc.boolean(),
  userDeniedBy: text,
});

export const mappings = fc.array(fc.record({ containerId: u32, hostId: u32, size: u32 }), {
  maxLength: 8,
});
export const extents = fc.array(fc.record({ start: u32, size: u32 }), { maxLength: 8 });
export const number = u32;

export const idMapsFacts: fc.Arbitrary<IdMapsFacts> = fc.record({
  pageSize: fc.constantFrom(0, 64, 4096, 65536),
  euid: u32,
  egid: u32,
  privileged: fc.boolean(),
  parentUids: mappings,
  parentGids: mappings,
  subuids: extents,
  subgids: extents,
  newuidmap: fc.boolean(),
  newgidmap: fc.boolean(),
});

export const names = fc.array(text, { maxLength: 5 });

export const sets: fc.Arbitrary<CapabilitiesSets> = fc.record({
  bounding: names,
  effective: names,
  permitted: names,
  inheritable: names,
  ambient: names,
});

export const capabilitiesFacts: fc.Arbitrary<CapabilitiesFacts> = fc.record({
  last: u32,
  available: u64,
});
