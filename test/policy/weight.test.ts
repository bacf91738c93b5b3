import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { CgroupsFacts } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { quadraticWeights } from "./weight.ts";

const test = topic("cpu weight");
const host: CgroupsFacts = {
  version: "v2",
  hierarchies: [
    {
      unified: true,
      controllers: ["cpu", "io"],
      mount: "/sys/fs/cgroup",
      own: "/",
      name: "",
      writable: "root",
    },
  ],
  swap: true,
  features: { ...no_features, iocost: true },
  cpus: 1,
  totalMemory: 1n << 30n,
  privileged: true,
};
const shares_most = 262144;

test("quadratic: all 262,145 shares as exact arithmetic has them", () => {
  const exact = quadraticWeights();
  exact[1] = 1;
  const wrong: string[] = [];
  for (let shares = 0; shares <= shares_most; shares++) {
    const weight = policy().cgroups.cpuWeight(BigInt(shares), "quadratic");
    if (weight !== BigInt(exact[shares] ?? -1)) {
      wrong.push(`${shares}: ${weight}, not ${exact[shares]}`);
    }
  }
  assert.equal(wrong.slice(0, 10), []);
  assert.equal([exact[2], exact[1024], exact[shares_most]], [1, 100, 10000]);
});

test("linear: all 262,145 shares", () => {
  for (let shares = 0n; shares <= shares_most; shares++) {
    const weight = policy().cgroups.cpuWeight(shares, "linear");
    // 0 is not given, and 1 is less than the kernel's least, 2.
    const above = shares < 2n ? 0n : shares - 2n;
    const exact = shares === 0n ? 0n : 1n + (above * 9999n) / 262142n;
    if (weight !== exact) assert.unreachable(`${shares}: ${weight}`);
  }
});

test("more shares never weigh less, and no weight is out of the kernel's range", () => {
  for (const formula of ["linear", "quadratic"] as const) {
    let before = 0n;
    for (let shares = 1n; shares <= shares_most; shares++) {
      const weight = policy().cgroups.cpuWeight(shares, formula);
      if (weight < before || weight < 1n || weight > 10000n) assert.unreachable(`${shares}`);
      before = weight;
    }
    assert.is(policy().cgroups.cpuWeight(2n ** 64n - 1n, formula), 10000n);
  }
});

/** By fractions of whole numbers, from the two points of each piece and not from the engine's constants. */
function between([x, y]: bigint[], [x2, y2]: bigint[], at: bigint): bigint {
  const [a, b, c, d] = [x, y, x2, y2] as [bigint, bigint, bigint, bigint];
  return (b * (c - a) + (at - a) * (d - b)) / (c - a);
}

test("io.weight: every weight by both formulas, as exact arithmetic has them", () => {
  for (let weight = 10n; weight <= 1000n; weight++) {
    const linear = between([10n, 1n], [1000n, 10000n], weight);
    assert.is(policy().cgroups.ioWeight(weight, "linear"), linear, `${weight}`);
    const systemd = weight <= 100n ? weight : between([100n, 100n], [1000n, 10000n], weight);
    assert.is(policy().cgroups.ioWeight(weight, "systemd"), systemd, `${weight}`);
  }
});

test("io.weight: systemd's own formula takes each of its weights back", () => {
  for (let weight = 10n; weight <= 1000n; weight++) {
    const io = policy().cgroups.ioWeight(weight, "systemd");
    // BFQ_WEIGHT(io) of systemd, src/core/cgroup.c
    const bfq = io <= 100n ? io : 100n + ((io - 100n) * (1000n - 100n)) / (10000n - 100n);
    assert.is(bfq, weight);
  }
});

test("io.weight: 0 is no wish, and what is out of range is clamped", () => {
  for (const formula of ["linear", "systemd"] as const) {
    const weights = [0n, 1n, 9n, 1001n, 2n ** 64n - 1n].map((weight) =>
      policy().cgroups.ioWeight(weight, formula),
    );
    const least = formula === "linear" ? 1n : 10n;
    assert.equal(weights, [0n, least, least, 10000n, 10000n]);
  }
});

test("a decision says by which formula", () => {
  const rules = (cpuWeight: "linear" | "quadratic", ioWeight: "linear" | "systemd") => {
    const none = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };
    const asked = {
      cpu: { cpus: "", mems: "", shares: 1024n },
      blockIo: { ...none, weight: 500 },
      formulas: { cpuWeight, ioWeight },
    };
    const { writes } = policy().cgroups.decide(asked, "", "box", host);
    return writes.map(({ file, value, why }) => `${file}=${value} ${why.rule}`);
  };
  const [cpu = "", io = ""] = rules("linear", "systemd");
  assert.match(cpu, /^cpu\.weight=39 .*linear formula/);
  assert.match(io, /^io\.weight=4500 .*systemd formula/);
  const [other = "", another = ""] = rules("quadratic", "linear");
  assert.match(other, /^cpu\.weight=100 .*quadratic formula/);
  assert.match(another, /^io\.weight=4950 .*linear formula/);
});

test.run();
