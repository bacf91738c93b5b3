/** Inputs of the policy engine for fast-check: sensible ones, silly ones, and the borders between. */
import fc from "fast-check";
import type {
  CapabilitiesFacts,
  CapabilitiesSets,
  CgroupsFacts,
  CgroupsHierarchy,
  CgroupsResources,
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

export const resources: fc.Arbitrary<CgroupsResources> = fc.record({
  memory: maybe(
    fc.record({
      limit: mostly([64n * mebibyte, 64n * mebibyte, -1n], s64),
      reservation: mostly([32n * mebibyte, 0n, -1n], s64),
      swap: mostly([-1n, 64n * mebibyte, 96n * mebibyte], s64),
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
    }),
  ),
  pids: mostly([-1n, 0n, 20n], s64),
});

const controllers = ["cpu", "cpuset", "io", "memory", "pids"];
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
    unified: fc.boolean(),
    lost: fc.subarray(controllers, { maxLength: 2 }),
    writable: fc.tuple(reach, reach),
    swap: fc.boolean(),
    cpus: fc.integer({ min: 1, max: 8 }),
    privileged: fc.boolean(),
  })
  .map(({ old, unified, lost, writable, ...rest }) => {
    const v2 = controllers.filter((name) => !old.includes(name) && !lost.includes(name));
    const hierarchies = v1(writable[0], old);
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
    const version = old.length > 0 ? both : unified ? "v2" : "none";
    return { version, hierarchies, totalMemory: 1n << 33n, ...rest };
  });

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
