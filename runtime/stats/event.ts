/** Statistics in the form of runc's `events`, which its callers read (runc/types/events.go): nanoseconds and bytes. */
import type {
  StatsFile,
  StatsIoDevice,
  StatsLimit,
  StatsMemory,
  StatsSample,
  StatsStall,
  StatsStalls,
} from "../../wasm/generated/host.js";

/** UINT64_MAX stands for no limit. */
const endless = (1n << 64n) - 1n;
const us = 1000n;

/** `files` are those that the sample was made of: the lines of memory.stat are handed on as they are. */
export function eventData(sample: StatsSample, files: readonly StatsFile[]): object {
  const { cpu, memory, pids, io, hugePages, pressure } = sample;
  return {
    cpu: {
      usage: {
        total: nanoseconds(cpu.usageUs),
        ...(cpu.perCpuUs && { percpu: [...cpu.perCpuUs].map((each) => each * us) }),
        kernel: nanoseconds(cpu.systemUs),
        user: nanoseconds(cpu.userUs),
      },
      throttling: {
        periods: cpu.periods,
        throttledPeriods: cpu.throttledPeriods,
        throttledTime: nanoseconds(cpu.throttledUs),
      },
      ...psi(pressure.cpu),
    },
    memory: { ...memoryData(memory), raw: rawMemory(files), ...psi(pressure.memory) },
    pids: { current: pids.processes, limit: numberOf(pids.limit, 0n) },
    blkio: {
      ioServiceBytesRecursive: entries(io ?? [], ["readBytes", "writeBytes", "discardBytes"]),
      ioServicedRecursive: entries(io ?? [], ["reads", "writes", "discards"]),
      ...psi(pressure.io),
    },
    hugetlb: Object.fromEntries(
      (hugePages ?? []).map(({ pageSize, usageBytes, peakBytes, limitEvents }) => [
        pageSize,
        { usage: usageBytes, max: peakBytes, failcnt: limitEvents },
      ]),
    ),
    intel_rdt: {},
    network_interfaces: null,
  };
}

/** What is not counted has no number: it is left out, and never 0. */
function nanoseconds(value_us: bigint | undefined): bigint | undefined {
  return value_us === undefined ? undefined : value_us * us;
}

function memoryData(memory: StatsMemory): object {
  const { usageBytes, swapBytes, limitBytes, swapLimitBytes, kernelBytes } = memory;
  const limit = numberOf(limitBytes, endless);
  const swapLimit = numberOf(swapLimitBytes, endless);
  return {
    cache: memory.fileBytes,
    usage: {
      limit,
      usage: usageBytes,
      max: memory.peakBytes,
      failcnt: memory.limitEvents,
    },
    // Both together, as v1 counts them.
    swap: {
      limit: limit === endless || swapLimit === endless ? endless : limit + swapLimit,
      usage: swapBytes === undefined ? undefined : (usageBytes ?? 0n) + swapBytes,
      failcnt: 0n,
    },
    kernel: { limit: endless, usage: kernelBytes, failcnt: 0n },
    event_count: {
      low: memory.lowEvents,
      high: memory.highEvents,
      max: memory.limitEvents,
      oom: memory.oomEvents,
      oom_kill: memory.oomKills,
      oom_group_kill: memory.oomGroupKills,
    },
  };
}

function numberOf(limit: StatsLimit | undefined, none: bigint): bigint {
  return limit?.tag === "at" ? limit.val : none;
}

type Counter = "readBytes" | "writeBytes" | "discardBytes" | "reads" | "writes" | "discards";

function entries(devices: readonly StatsIoDevice[], counters: readonly Counter[]): object[] {
  const ops = ["Read", "Write", "Discard"];
  return devices.flatMap((device) =>
    counters.flatMap((counter, i) => {
      const value = device[counter];
      const { major, minor } = device;
      return value === undefined ? [] : [{ major, minor, op: ops[i], value }];
    }),
  );
}

function psi(stalls: StatsStalls | undefined): object {
  if (!stalls) return {};
  const one = (stall: StatsStall | undefined): object => ({
    avg10: stall?.avg10Percent,
    avg60: stall?.avg60Percent,
    avg300: stall?.avg300Percent,
    total: stall?.totalUs,
  });
  return { psi: { some: one(stalls.some), full: one(stalls.full) } };
}

function rawMemory(files: readonly StatsFile[]): Record<string, bigint> {
  const found = files.find(({ name, content }) => name === "memory.stat" && content.tag === "text");
  const lines = found?.content.tag === "text" ? found.content.val.split("\n") : [];
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, digits] = /^(\S+) (\d+)$/.exec(line) ?? [];
      return name && digits ? [[name, BigInt(digits)]] : [];
    }),
  );
}

/** JSON has no end of digits, and JSON.stringify has: the numbers of the kernel are 64 bits wide. */
export function eventLine(event: object): string {
  const marked = (_key: string, value: unknown) =>
    typeof value === "bigint" ? `\u0001${value}` : value;
  return JSON.stringify(event, marked).replace(/"\\u0001(\d+)"/g, "$1");
}
