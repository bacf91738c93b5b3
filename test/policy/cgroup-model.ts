/** What the kernel refuses of one cgroup, written anew from its sources, for hosts that nobody has at hand. */
import type { CgroupsFacts, CgroupsValue, CgroupsWrite } from "../../wasm/generated/host.js";

/** How much of a processor the parent hands on; 0 for no end. */
export interface Parent {
  bandwidth: number;
  realtime: number;
}

interface Group {
  limit: bigint;
  /** v1: memory and swap together; v2: swap alone */
  swap: bigint;
  quota: bigint;
  period: bigint;
  burst: bigint;
  idle: bigint;
  weight: bigint;
  runtime: bigint;
  rtPeriod: bigint;
}

const endless = 2n ** 63n;
/** sched_group_set_idle() sets the weight to that of SCHED_IDLE, and back to the default of nice 0. */
const weight_idle = 3n;

export class Model {
  #group: Group = {
    limit: endless,
    swap: endless,
    quota: -1n,
    period: 100000n,
    burst: 0n,
    idle: 0n,
    weight: 1024n,
    runtime: 0n,
    rtPeriod: 1000000n,
  };
  readonly #other = new Map<string, string>();
  readonly #unified: boolean;
  readonly #parent: Parent;

  constructor(unified: boolean, parent: Parent) {
    this.#unified = unified;
    this.#parent = parent;
  }

  /** Takes a write or answers EINVAL, as the kernel does: nothing has changed then. */
  write({ file, value }: CgroupsWrite): "" | "EINVAL" {
    const after = { ...this.#group };
    const isKnown = this.#set(after, file, value);
    if (!isKnown) this.#other.set(file, value);
    else if (file.includes("weight") || file.includes("shares")) {
      if (this.#group.idle === 1n) return "EINVAL";
    } else if (!this.#isValid(after)) return "EINVAL";
    this.#group = after;
    return "";
  }

  #set(group: Group, file: string, value: string): boolean {
    const isEndless = value.startsWith("max") || value === "-1";
    const number = isEndless ? endless : BigInt(Number.parseInt(value, 10));
    const [quota, period] = value.split(" ");
    const set: Record<string, () => void> = {
      "memory.max": () => (group.limit = number),
      "memory.limit_in_bytes": () => (group.limit = number),
      "memory.swap.max": () => (group.swap = number),
      "memory.memsw.limit_in_bytes": () => (group.swap = number),
      "cpu.max": () => {
        group.quota = quota === "max" ? -1n : BigInt(quota ?? 0);
        group.period = BigInt(period ?? group.period);
      },
      "cpu.cfs_quota_us": () => (group.quota = BigInt(value)),
      "cpu.cfs_period_us": () => (group.period = number),
      "cpu.max.burst": () => (group.burst = number),
      "cpu.cfs_burst_us": () => (group.burst = number),
      "cpu.rt_runtime_us": () => (group.runtime = number),
      "cpu.rt_period_us": () => (group.rtPeriod = number),
      "cpu.weight": () => (group.weight = number),
      "cpu.shares": () => (group.weight = number),
      "cpu.idle": () => {
        if (group.idle !== number) group.weight = number === 1n ? weight_idle : 1024n;
        group.idle = number;
      },
    };
    set[file]?.();
    return set[file] !== undefined;
  }

  /** mem_cgroup_resize_max, tg_set_cfs_bandwidth, tg_cfs_schedulable_down, tg_rt_schedulable. */
  #isValid({ limit, swap, quota, period, burst, runtime, rtPeriod }: Group): boolean {
    if (!this.#unified && swap < limit) return false;
    if (quota >= 0n && (quota < 1000n || burst > quota)) return false;
    const { bandwidth, realtime } = this.#parent;
    const isWide = quota >= 0n && Number(quota) / Number(period) > bandwidth * 1.000001;
    if (!this.#unified && isWide && bandwidth > 0) return false;
    if (runtime > rtPeriod) return false;
    return realtime === 0 || Number(runtime) / Number(rtPeriod) <= realtime * 1.000001;
  }

  /** The files as they would read. */
  read({ hierarchies }: CgroupsFacts): CgroupsValue[] {
    const { limit, swap, quota, period, burst, idle, runtime, rtPeriod } = this.#group;
    const shown = (n: bigint) =>
      n < endless ? `${n}` : this.#unified ? "max" : "9223372036854771712";
    const texts: Record<string, string> = this.#unified
      ? {
          "memory.max": shown(limit),
          "memory.swap.max": shown(swap),
          "cpu.max": `${quota < 0n ? "max" : quota} ${period}`,
          "cpu.max.burst": `${burst}`,
        }
      : {
          "memory.limit_in_bytes": shown(limit),
          "memory.memsw.limit_in_bytes": shown(swap),
          "cpu.cfs_quota_us": `${quota}`,
          "cpu.cfs_period_us": `${period}`,
          "cpu.cfs_burst_us": `${burst}`,
          "cpu.rt_runtime_us": `${runtime}`,
          "cpu.rt_period_us": `${rtPeriod}`,
        };
    texts["cpu.idle"] = `${idle}`;
    return hierarchies.flatMap((_, hierarchy) =>
      Object.entries(texts).map(([file, text]) => ({ hierarchy, file, text })),
    );
  }

  /** Everything, to compare. */
  get state(): string {
    const values = Object.entries(this.#group).map(([name, value]) => `${name}=${value}`);
    const others = [...this.#other].sort().map(([name, value]) => `${name}=${value}`);
    return [...values, ...others].join(" ");
  }
}
