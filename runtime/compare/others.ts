/** cpu.quota, pids.limit, blockIO.weight and rdma on cgroup v2, as the other runtimes take them. */
import type { CgroupsCpu } from "../../wasm/generated/host.js";
import { error, type Outcome, type Runtime, writes } from "./outcome.ts";

/** The kernel's own, and what a file has where only a quota is written. */
const period_default = 100_000n;

/** cpu.max. What a new cgroup has anyway is spelled out: `Q` alone leaves the period at 100000. */
export function bandwidthOf(runtime: Runtime, { quota = 0n, period = 0n }: CgroupsCpu): Outcome {
  const p = period === 0n ? period_default : period;
  const value = quota > 0n ? `${quota} ${p}` : `max ${p}`;
  if (quota === 0n && period === 0n) return writes("nothing is given", {});
  if (runtime === "crun" && quota <= 0n && period === 0n) {
    return writes("a quota of -1 alone writes nothing: an update with it lifts no limit", {});
  }
  const why = {
    runc: "max unless the quota is above 0; the period is 100000 where none is given",
    crun: "max unless the quota is above 0",
    youki: "a period alone keeps the quota that the cgroup has, none in a new one",
  };
  return writes(why[runtime], { "cpu.max": value });
}

/** pids.max. */
export function pidsOf(runtime: Runtime, limit: bigint): Outcome {
  if (limit < 0n) return writes("a negative number is no limit", { "pids.max": "max" });
  if (limit > 0n) return writes("the number as it is", { "pids.max": `${limit}` });
  if (runtime === "crun") return writes("0 counts as not given", {});
  return writes("0 would let no process in", { "pids.max": "1" });
}

/** io.weight, or io.bfq.weight, which has the scale of blkio. */
export function ioWeightOf(runtime: Runtime, weight: bigint, bfq: boolean): Outcome {
  if (weight === 0n) return writes("0 counts as not given", {});
  if (bfq) return writes("BFQ takes the weight as it is", { "io.bfq.weight": `${weight}` });
  if (runtime === "youki") {
    const below = weight < 10n ? 0n : weight - 10n;
    const value = 1n + BigInt.asUintN(16, below * 9999n) / 990n;
    const why = "it calculates with 16 bits, which weights from 17 on overflow";
    return writes(why, { "io.weight": `${value}` });
  }
  const bits = runtime === "runc" ? 64 : 32;
  const scaled = BigInt.asUintN(bits, BigInt.asUintN(bits, weight - 10n) * 9999n);
  const value = 1n + scaled / 990n;
  if (value <= 10_000n) return writes("1 + (w - 10) * 9999 / 990", { "io.weight": `${value}` });
  return error(
    `a weight below 10 becomes ${value}, which the kernel refuses: the numbers have no sign`,
  );
}

/** rdma.max. */
export function rdmaOf(runtime: Runtime, lines: string[]): Outcome {
  if (runtime !== "runc") return writes("it does nothing with rdma", {});
  return writes("one line a device", { "rdma.max": lines.join(", ") });
}
