import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { topic } from "../harness.ts";
import { quadraticWeights } from "./weight.ts";

const test = topic("cpu weight");
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
  for (let shares = 2n; shares <= shares_most; shares++) {
    const weight = policy().cgroups.cpuWeight(shares, "linear");
    if (weight !== 1n + ((shares - 2n) * 9999n) / 262142n) assert.unreachable(`${shares}`);
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

test.run();
