/** memory.limit, memory.swap and memory.swappiness on cgroup v2, as the other runtimes take them. */
import type { CgroupsMemory } from "../../wasm/generated/host.js";
import { error, type Outcome, type Runtime, writes } from "./outcome.ts";

type Amount = bigint | undefined;

/** memory.max and memory.swap.max. */
export function memoryOf(runtime: Runtime, { limit, swap }: CgroupsMemory): Outcome {
  if (runtime === "runc") return runc(limit ?? 0n, swap ?? 0n);
  return runtime === "crun" ? crun(limit, swap) : youki(limit, swap);
}

const sum = "memory and swap together are given, memory.swap.max is swap alone";

/** ConvertMemorySwapToCgroupV2Value and numToStr: 0 is "not given", -1 is `max`. */
function runc(limit: bigint, swap: bigint): Outcome {
  const text = (value: bigint) => (value === 0n ? undefined : value === -1n ? "max" : `${value}`);
  const max = text(limit);
  if (limit === -1n && swap === 0n) {
    return writes("without a limit of memory swap has none either", {
      "memory.max": max,
      "memory.swap.max": "max",
    });
  }
  if (limit < -1n) return error(`it writes ${limit}, and the kernel refuses`);
  if (swap === 0n || swap === -1n || limit === -1n) {
    const why = "0 counts as not given, -1 as no limit";
    return writes(why, { "memory.max": max, "memory.swap.max": text(swap) });
  }
  if (limit === 0n) return error("unable to set swap limit without memory limit");
  if (swap < limit) return error("the limit of memory and swap is below that of memory");
  return writes(sum, { "memory.max": max, "memory.swap.max": `${swap - limit}` });
}

/** write_memory and write_memory_swap: what is given is written, 0 too, and each negative number is `max`. */
function crun(limit: Amount, swap: Amount): Outcome {
  const text = (value: bigint) => (value < 0n ? "max" : `${value}`);
  const max = limit === undefined ? undefined : text(limit);
  const why = "what is given is written, 0 too, and every negative number as max";
  if (swap === undefined || swap <= 0n) {
    const value = swap === undefined ? undefined : text(swap);
    return writes(why, { "memory.max": max, "memory.swap.max": value });
  }
  if (limit === undefined) return error("swap is limited and memory is not");
  if (swap < limit) return error("the limit of memory and swap is below that of memory");
  const odd = limit < 0n ? "the limit is subtracted from swap also when it is -1" : sum;
  return writes(odd, { "memory.max": max, "memory.swap.max": `${swap - limit}` });
}

/** Memory::apply: a value of 0 is never written, not even when it is what is left for swap. */
function youki(limit: Amount, swap: Amount): Outcome {
  if ((limit ?? 0n) < -1n || (swap ?? 0n) < -1n) return error("a value below -1");
  if (limit === undefined && swap !== undefined) return error("swap is limited and memory is not");
  const text = (value: Amount) => {
    return value === undefined || value === 0n ? undefined : value === -1n ? "max" : `${value}`;
  };
  const max = text(limit);
  if (limit === -1n) {
    const why = "without a limit of memory swap is taken as it is given, or has no limit";
    return writes(why, { "memory.max": max, "memory.swap.max": text(swap ?? -1n) });
  }
  if (limit === undefined || swap === undefined || swap === -1n) {
    return writes("0 is never written", { "memory.max": max, "memory.swap.max": text(swap) });
  }
  if (swap < limit) return error("the limit of memory and swap is below that of memory");
  const why = "0 is never written, also where it is what is left for swap";
  return writes(why, { "memory.max": max, "memory.swap.max": text(swap - limit) });
}
