/** Every write that is planned for this host, really written, and read back; v1 here, v1 and v2 in the VM lane. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import {
  type CgroupsCpu,
  type CgroupsMemory,
  type CgroupsResources,
  ComponentError,
} from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { current, disk, host, inCgroups, lost, put, snapshot } from "./cgroup-files.ts";

const test = topic("cgroup files", { vm: true });

const cpu: CgroupsCpu = { cpus: "", mems: "" };
const mebibyte = 1n << 20n;
const at = disk();
const rates = (...list: bigint[]) => (at ? list.map((rate) => ({ ...at, rate })) : []);
const io = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };

/** At least one for each member of linux.resources. What a host does not have is refused there, and that is looked at too. */
const wishes: Record<string, CgroupsResources> = {
  memory: { memory: { limit: 64n * mebibyte, reservation: 5n * mebibyte + 1n } },
  swap: { memory: { limit: 64n * mebibyte, swap: 80n * mebibyte + 5000n } },
  "no memory limits": { memory: { limit: -1n, swap: -1n, reservation: -1n } },
  "TCP memory": { memory: { kernelTcp: 8n * mebibyte } },
  swappiness: { memory: { swappiness: 0n } },
  "no OOM killer": { memory: { limit: 64n * mebibyte, disableOomKiller: true } },
  "what is there anyway": {
    memory: { disableOomKiller: false, useHierarchy: true, kernel: -1n, checkBeforeUpdate: true },
  },
  shares: { cpu: { ...cpu, shares: 4096n } },
  "a quota": { cpu: { ...cpu, quota: 25000n, period: 50000n, burst: 25000n } },
  idle: { cpu: { ...cpu, idle: 1n } },
  cpuset: { cpu: { cpus: "0", mems: "0" } },
  "real-time": { cpu: { ...cpu, realtimeRuntime: 5000n, realtimePeriod: 500000n } },
  pids: { pids: 100n },
  "an I/O weight": { blockIo: { ...io, weight: 700 } },
  throttles: {
    blockIo: {
      ...io,
      readBps: rates(1048576n, 2n),
      writeBps: rates(2n ** 63n),
      readIops: rates(2n ** 32n - 2n),
      writeIops: rates(100n, 0n),
    },
  },
  "too many operations": { blockIo: { ...io, readIops: rates(2n ** 32n) } },
  "huge pages": {
    hugepageLimits: host.features.hugepageSizes.map((pageSize) => ({
      pageSize,
      limit: 3n << 30n,
    })),
  },
  "huge pages in part": { hugepageLimits: [{ pageSize: "2MB", limit: 3n * mebibyte }] },
  "a network class": { network: { classId: 0x100001, priorities: [] } },
  "a network priority": { network: { priorities: [{ name: "lo", priority: 7 }] } },
  unified: {
    memory: { limit: 64n * mebibyte },
    unified: [
      { file: "memory.high", value: "33554432" },
      { file: "memory.max", value: "50331648" },
      { file: "cpu.max.burst", value: "1000" },
      { file: "cpu.max", value: "2000 100000" },
      { file: "cgroup.max.depth", value: "3" },
    ],
  },
  "lines of unified": {
    unified: [
      {
        file: "io.max",
        value: at ? `${at.major}:${at.minor} rbps=1048576\n${at.major}:${at.minor} wiops=9` : "",
      },
    ],
  },
};

/** Writes it into a new cgroup; the codes of the problems where this host cannot. */
function carryOut(name: string, asked: CgroupsResources): string[] {
  try {
    const { writes } = policy().cgroups.decide(asked, "", "box", host);
    inCgroups((paths) => {
      for (const write of writes) {
        const errno = put(paths, write);
        const answer = `${name}: ${errno} for ${write.value} to ${write.file}`;
        assert.ok(errno === "" || write.ignore.includes(errno), answer);
      }
      // The last of several writes to one file is the one that counts.
      const last = new Map(writes.map((write) => [keyOf(write.file, write.value), write]));
      for (const write of last.values()) {
        if (write.ignore.length === 0) assert.is(lost(paths, write), "", name);
      }
    });
    return writes.map(({ file }) => file);
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const codes = (error.payload as { code: string }[]).map(({ code }) => code);
    assert.ok(
      codes.every((code) => ["unsupported", "absent"].includes(code)),
      `${name}: ${codes}`,
    );
    return codes;
  }
}

/** Keys of io.max and lines of a device are set each by itself. */
function keyOf(file: string, value: string): string {
  return file === "io.max" ? `${file} ${value.split("=")[0]}` : file;
}

test("each planned write is written and reads back", { needs: ["root"] }, () => {
  const done = Object.entries(wishes).map(([name, asked]) => carryOut(name, asked));
  const files = new Set(done.flat().filter((each) => each.includes(".")));
  assert.ok(files.size >= 8, [...files].join(" "));
});

const sizes = [4n, 5n, 8n, 16n].map((n) => n * mebibyte);
const chosen = <Value>(...values: Value[]) => fc.constantFrom(...values);

/** All members that a cgroup keeps, so that going back leaves nothing of the other. */
const limits: fc.Arbitrary<CgroupsResources> = fc
  .record({
    limit: chosen(-1n, ...sizes),
    more: chosen(-1n, 0n, 4096n, 4n * mebibyte),
    reservation: chosen(-1n, 0n, 4n * mebibyte),
    quota: chosen(-1n, 1000n, 5000n, 50000n, 100000n, 200000n),
    period: chosen(1000n, 5000n, 100000n, 1000000n),
    burst: fc.integer({ min: 0, max: 100 }),
    shares: chosen(2n, 512n, 1024n, 262144n),
    idle: chosen(0n, 0n, 1n),
    runtime: chosen(0n, 1000n, 5000n, 20000n),
    rate: chosen(0n, 1048576n, 2n ** 40n),
    pids: chosen(-1n, 0n, 20n),
    weight: chosen(10, 500, 1000),
  })
  .map((each) => {
    const { limit, more, quota, runtime } = each;
    const swap = limit < 0n || more < 0n ? -1n : limit + more;
    const realtime = { realtimeRuntime: runtime, realtimePeriod: runtime * 20n + 1000n };
    const memory: CgroupsMemory = {
      limit,
      reservation: each.reservation,
      ...(host.swap && { swap }),
    };
    const burst = quota > 0n ? (quota * BigInt(each.burst)) / 100n : 0n;
    const { period, shares, idle } = each;
    const isRealtime = host.features.realtime;
    return {
      memory,
      cpu: { ...cpu, quota, period, burst, shares, idle, ...(isRealtime && realtime) },
      pids: each.pids,
      blockIo: { ...io, readBps: rates(each.rate), ...(hasWeight && { weight: each.weight }) },
    };
  });

const hasWeight = host.features.bfq || host.features.iocost;

/** What update plans, written; every write must be taken. */
function change(paths: string[], asked: CgroupsResources): void {
  const { writes } = policy().cgroups.update(asked, current(paths), host);
  for (const write of writes) {
    const errno = put(paths, write);
    if (errno !== "" && !write.ignore.includes(errno)) {
      const now = JSON.stringify(current(paths).map(({ file, text }) => [file, text]));
      const all = writes.map(({ file, value }) => `${file}=${value}`).join(" ");
      assert.unreachable(`${errno} for ${write.value} to ${write.file} in ${all}; now ${now}`);
    }
  }
}

test("no update passes what the kernel refuses, and the way back restores", {
  needs: ["root"],
  timeout_ms: 60_000,
}, () => {
  const property = fc.property(limits, limits, (a, b) => {
    inCgroups((paths) => {
      change(paths, a);
      const before = snapshot(paths);
      change(paths, b);
      change(paths, a);
      assert.equal(snapshot(paths), before);
      assert.ok(Object.keys(before).length > 10);
    });
  });
  fc.assert(property, { numRuns: process.env.WRUN_TEST_VM === "1" ? 40 : 150 });
});

test("freezing stops the cgroup, and thawing lets it go on", { needs: ["root"] }, () => {
  const state = (paths: string[], frozen: boolean) => {
    const write = policy().cgroups.freeze(frozen, host);
    assert.is(put(paths, write), "");
    assert.is(lost(paths, write), "");
  };
  inCgroups((paths) => {
    state(paths, true);
    state(paths, false);
  });
});

test.run();
