/** What facts look like in a file. */
import type { CgroupFeatures, Facts, Hierarchy } from "../../shim/facts/types.ts";
import { id_max, integer_max, uint32_max } from "../spec/check/limit.ts";
import { absolute, boolean, integer, list, oneOf, string, text } from "../spec/check/value.ts";
import type { NamespaceType } from "../spec/types.ts";
import { mapOf, mask, nullable, type Reader, shape } from "./reader.ts";

const between =
  (min: number, max: number): Reader<number> =>
  (at) =>
    integer(at, min, max);
const listOf =
  <T>(read: Reader<T>): Reader<T[]> =>
  (at) =>
    list(at, read);
const word =
  <T extends string>(...words: T[]): Reader<T> =>
  (at) =>
    oneOf(at, words);

const count = between(0, integer_max);
const id = between(0, id_max);
const texts = listOf(string);

const kinds: NamespaceType[] = [
  ...(["user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time"] as const),
];
/** The kernel's own map is 0 0 4294967295. */
const mapping = shape({ containerID: id, hostID: id, size: between(1, uint32_max) });
const extent = shape({ start: id, size: between(1, uint32_max) });
/** -1 is no limit. */
const limit = between(-1, integer_max);

const hierarchy = shape<Hierarchy>({
  unified: boolean,
  controllers: texts,
  mount: absolute,
  own: absolute,
  name: string,
  writable: word("root", "own", "none"),
});

const features = shape<CgroupFeatures>({
  bfq: boolean,
  cfq: boolean,
  iocost: boolean,
  realtime: boolean,
  kernelMemory: boolean,
  kernelTcp: boolean,
  hugepageSizes: texts,
  rdmaDevices: texts,
});

/** Facts as `wrun facts` writes them, everything in its place. */
export const checkFacts: Reader<Facts> = shape<Facts>({
  arch: word("x64", "arm64"),
  kernel: shape({ release: text, major: count, minor: count }),
  // 4096 to 65536 on what Linux runs on; the engine compares lengths with it.
  pageSize: between(4096, 1 << 20),
  cpus: between(1, 1 << 16),
  memory_bytes: count,
  user: shape({ uid: id, gid: id, name: string, home: string, effective: mask, bounding: mask }),
  lastCapability: between(0, 63),
  namespaces: listOf(word(...kinds)),
  userNamespaces: shape({
    initial: boolean,
    uidMap: listOf(mapping),
    gidMap: listOf(mapping),
    max: nullable(limit),
    unprivilegedClone: nullable(limit),
    apparmorRestrict: nullable(limit),
  }),
  subordinate: shape({
    uids: listOf(extent),
    gids: listOf(extent),
    newuidmap: nullable(absolute),
    newgidmap: nullable(absolute),
  }),
  cgroup: shape({
    version: word("none", "v1", "v2", "hybrid"),
    hierarchies: listOf(hierarchy),
    swap: boolean,
    features,
  }),
  mounts: listOf(shape({ point: absolute, type: string, options: texts })),
  resctrl: nullable(
    shape({
      mount: absolute,
      monitoring: boolean,
      classes: listOf(shape({ name: text, schemata: string })),
    }),
  ),
  root: shape({
    directories: listOf(text),
    links: listOf(shape({ name: text, to: text })),
  }),
  rlimits: mapOf(shape({ soft: limit, hard: limit })),
  lsm: texts,
  seccomp: boolean,
});
