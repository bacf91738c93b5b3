/**
 * What systemd has to know of a container's limits, so that a daemon-reload writes them again and not its own.
 *
 * They follow from what will be written into the cgroup, not from linux.resources: there is one translation, the
 * engine's, and the two cannot differ.
 */
import type { Property } from "../../shim/systemd/bus.ts";
import { listed } from "./mask.ts";

export interface Write {
  file: string;
  value: string;
}

/** CGROUP_LIMIT_MAX and USEC_INFINITY: "infinity" to systemd. */
const infinity = 0xffff_ffff_ffff_ffffn;

const limits: Record<string, string> = {
  "memory.high": "MemoryHigh",
  "memory.limit_in_bytes": "MemoryLimit",
  "memory.low": "MemoryLow",
  "memory.max": "MemoryMax",
  "memory.min": "MemoryMin",
  "memory.swap.max": "MemorySwapMax",
  "cpu.shares": "CPUShares",
  "cpu.weight": "CPUWeight",
  "pids.max": "TasksMax",
};

const masks: Record<string, string> = {
  "cpuset.cpus": "AllowedCPUs",
  "cpuset.mems": "AllowedMemoryNodes",
};

/** Files that systemd has no property for are left out: it does not touch them either. */
export function propertiesOf(writes: readonly Write[]): Property[] {
  const properties: Property[] = [];
  for (const { file, value } of writes) {
    const limit = limits[file];
    const mask = masks[file];
    if (limit) properties.push([limit, { type: "t", value: number(value) }]);
    if (mask) properties.push([mask, { type: "ay", value: listed(value) }]);
  }
  return [...properties, ...bandwidth(writes)];
}

function number(value: string): bigint {
  return value === "max" || value.startsWith("-") ? infinity : BigInt(value);
}

function bandwidth(writes: readonly Write[]): Property[] {
  const of = (name: string) => writes.find(({ file }) => file === name)?.value;
  const [quota = of("cpu.cfs_quota_us"), period = of("cpu.cfs_period_us") ?? "100000"] =
    of("cpu.max")?.split(" ") ?? [];
  if (quota === undefined) return [];
  const per_second = perSecond(number(quota), BigInt(period));
  return [
    ["CPUQuotaPerSecUSec", { type: "t", value: per_second }],
    ["CPUQuotaPeriodUSec", { type: "t", value: BigInt(period) }],
  ];
}

/** systemd keeps whole percents: rounded up, as runc and crun do, so that it never takes more than was asked for. */
function perSecond(quota_us: bigint, period_us: bigint): bigint {
  if (quota_us === infinity) return infinity;
  const percent = 10_000n;
  const exact = (quota_us * 1_000_000n + period_us - 1n) / period_us;
  return ((exact + percent - 1n) / percent) * percent;
}
