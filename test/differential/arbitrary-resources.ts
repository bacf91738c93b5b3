/** Random linux.resources that wrun, crun 1.8 and runc 1.1 all take. */
import fc from "fast-check";
import type { Resources } from "../../runtime/spec/types.ts";

export interface Host {
  v2: boolean;
  disk: { major: bigint; minor: bigint } | undefined;
  cpus: number;
  controllers: string[];
  features: { hugepageSizes: string[]; realtime: boolean; bfq: boolean };
}

const mebibyte = 1 << 20;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Less than 16 MiB and runc would not start. */
function memory({ v2 }: Host): fc.Arbitrary<Resources["memory"]> {
  return fc
    .record({
      limit: fc.integer({ min: 16 * mebibyte, max: 2048 * mebibyte }),
      swap: maybe(fc.integer({ min: 0, max: 512 * mebibyte })),
      reservation: maybe(fc.integer({ min: 1 * mebibyte, max: 16 * mebibyte })),
      swappiness: maybe(fc.integer({ min: 0, max: 100 })),
      disableOOMKiller: maybe(fc.boolean()),
    })
    .map(({ limit, swap, reservation, swappiness, disableOOMKiller }) => ({
      limit,
      ...(swap !== undefined && { swap: limit + swap }),
      ...(reservation !== undefined && { reservation }),
      ...(!v2 && swappiness !== undefined && { swappiness }),
      ...(!v2 && disableOOMKiller !== undefined && { disableOOMKiller }),
    }));
}

function cpu({ cpus, v2, features }: Host): fc.Arbitrary<Resources["cpu"]> {
  // crun 1.8 writes -1 without its sign on v1.
  const endless = v2 ? [-1] : [];
  const lists = ["0", `0-${cpus - 1}`, `${cpus - 1}`];
  return fc
    .record({
      shares: maybe(fc.integer({ min: 2, max: 262144 })),
      quota: maybe(
        fc.oneof(fc.constantFrom(0, ...endless), fc.integer({ min: 1000, max: 1_000_000 })),
      ),
      period: maybe(fc.integer({ min: 1000, max: 1_000_000 })),
      burst: fc.integer({ min: 0, max: 100 }),
      idle: maybe(fc.constantFrom(0, 1)),
      realtime: maybe(fc.integer({ min: 1, max: 5 })),
      cpus: maybe(fc.constantFrom(...lists)),
      mems: maybe(fc.constant("0")),
    })
    .map(({ shares, quota, period, burst, idle, realtime, cpus, mems }) => ({
      // An idle cgroup takes no other weight.
      ...(shares !== undefined && idle !== 1 && { shares }),
      ...(idle !== undefined && { idle }),
      ...(quota !== undefined && { quota }),
      ...(period !== undefined && { period }),
      ...((quota ?? 0) > 0 && { burst: Math.floor(((quota ?? 0) * burst) / 100) }),
      ...(!v2 &&
        features.realtime &&
        realtime !== undefined && { realtimeRuntime: realtime * 1000, realtimePeriod: 1_000_000 }),
      ...(cpus !== undefined && { cpus }),
      ...(mems !== undefined && { mems }),
    }));
}

function blockIO({ disk, v2, features }: Host): fc.Arbitrary<Resources["blockIO"]> {
  const list = disk
    ? fc.integer({ min: 4096, max: 2 ** 31 - 1 }).map((rate) => {
        return [{ major: Number(disk.major), minor: Number(disk.minor), rate }];
      })
    : fc.constant<{ major: number; minor: number; rate: number }[]>([]);
  return fc
    .record({
      readBps: maybe(list),
      writeBps: maybe(list),
      readIops: maybe(list),
      writeIops: maybe(list),
      weight: maybe(fc.integer({ min: 10, max: 1000 })),
    })
    .map(({ readBps, writeBps, readIops, writeIops, weight }) => ({
      // crun 1.8 does not know BFQ on v1.
      ...(v2 && features.bfq && weight !== undefined && { weight }),
      ...(writeIops && { throttleWriteIOPSDevice: writeIops }),
      ...(readBps && { throttleReadBpsDevice: readBps }),
      ...(writeBps && { throttleWriteBpsDevice: writeBps }),
      ...(readIops && { throttleReadIOPSDevice: readIops }),
    }));
}

function hugepages({ features }: Host): fc.Arbitrary<Resources["hugepageLimits"]> {
  const sizes = features.hugepageSizes.filter((size) => size === "2MB");
  const limit = fc.integer({ min: 0, max: 64 }).map((pages) => pages * 2 * mebibyte);
  return fc.tuple(...sizes.map((pageSize) => limit.map((bytes) => ({ pageSize, limit: bytes }))));
}

const unified: fc.Arbitrary<Resources["unified"]> = fc
  .record({
    "memory.high": maybe(fc.integer({ min: 16 * mebibyte, max: 1024 * mebibyte })),
    "memory.min": maybe(fc.integer({ min: 0, max: 4 * mebibyte })),
    "memory.oom.group": maybe(fc.constantFrom(0, 1)),
    "cgroup.max.depth": maybe(fc.integer({ min: 0, max: 100 })),
  })
  .map((map) =>
    Object.fromEntries(
      Object.entries(map).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, `${value}`]],
      ),
    ),
  );

export function anyResources(host: Host): fc.Arbitrary<Resources> {
  const { v2, controllers } = host;
  return fc
    .record({
      memory: maybe(memory(host)),
      cpu: maybe(cpu(host)),
      pids: maybe(fc.integer({ min: 10, max: 4_000_000 }).map((limit) => ({ limit }))),
      blockIO: maybe(blockIO(host)),
      hugepageLimits: controllers.includes("hugetlb")
        ? maybe(hugepages(host))
        : fc.constant(undefined),
      network: !controllers.includes("net_cls")
        ? fc.constant(undefined)
        : maybe(
            fc.record({
              classID: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
              priorities: controllers.includes("net_prio")
                ? fc.integer({ min: 1, max: 9 }).map((priority) => [{ name: "lo", priority }])
                : fc.constant([]),
            }),
          ),
      unified: v2 ? maybe(unified) : fc.constant(undefined),
    })
    .map((all) => {
      const given = Object.entries(all).filter(([, value]) => value !== undefined);
      return Object.fromEntries(given) as Resources;
    });
}
