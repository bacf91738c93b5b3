/** What cgroup v2 has no file for, and limits on huge pages, as the other runtimes take them. */
import type { CgroupsHugepageLimit } from "../../wasm/generated/host.js";
import { error, type Outcome, type Runtime, writes } from "./outcome.ts";

/**
 * A setting of v1 on cgroup v2: memory.swappiness, disableOOMKiller, kernel and kernelTCP, cpu.realtimeRuntime and
 * realtimePeriod, blockIO.leafWeight, network.
 */
export function missingOf(runtime: Runtime, name: string): Outcome {
  const why = `cgroup v2 has no ${name}`;
  const isStrict =
    runtime === "crun" || (runtime === "youki" && /^(realtime|leafWeight)/.test(name));
  return isStrict ? error(why) : writes(`it is left out, since ${why}`, {});
}

/** hugetlb.SIZE.max, and hugetlb.SIZE.rsvd.max, which the runtime-spec prefers. */
export function hugepagesOf(runtime: Runtime, limits: CgroupsHugepageLimit[]): Outcome {
  const isOne = runtime === "crun";
  const values = limits.flatMap(({ pageSize, limit }) => [
    [`hugetlb.${pageSize}.max`, `${limit}`],
    ...(isOne ? [] : [[`hugetlb.${pageSize}.rsvd.max`, `${limit}`]]),
  ]);
  const why = isOne ? "what is reserved it does not limit" : "what is used and what is reserved";
  return writes(why, Object.fromEntries(values));
}

/** memory.low. */
export function reservationOf(runtime: Runtime, reservation: bigint): Outcome {
  if (runtime === "crun") {
    const value = BigInt.asUintN(64, reservation);
    return writes("the number without a sign", { "memory.low": `${value}` });
  }
  if (reservation === 0n) return writes("0 counts as not given", {});
  const text = reservation === -1n ? "max" : `${reservation}`;
  return writes("-1 as max", { "memory.low": text });
}
