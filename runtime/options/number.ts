import { isCpuList } from "../spec/check/resources.ts";
import { usage } from "./usage.ts";

/** A decimal integer, from a number or its plain digits: no sign but `-`, no exponent, no blank, no 0x. */
export function parseInteger(value: unknown, name: string, min: number, max: number): number {
  const digits = typeof value === "number" ? String(value) : value;
  const number = typeof digits === "string" && /^-?\d{1,16}$/.test(digits) ? Number(digits) : NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return number + 0;
  throw usage(name, value, `an integer between ${min} and ${max}`);
}

/** cpu.cfs_period_us that every tool uses; the kernel's own default. */
const period_us = 100_000;
/** The kernel takes no quota below 1 ms (Documentation/scheduler/sched-bwc.rst). */
const quota_us_min = 1000;
/** NR_CPUS of the largest builds. */
const cpus_max = 8192;

/** Processors' worth of time as quota and period in microseconds: 0.5 is 50000 of 100000. */
export function parseCpus(value: unknown, name: string): { quota: number; period: number } {
  const text = typeof value === "number" ? String(value) : value;
  const cpus = typeof text === "string" && /^\d{1,5}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  const quota = Math.round(cpus * period_us);
  if (quota >= quota_us_min && cpus <= cpus_max) return { quota, period: period_us };
  throw usage(name, value, `a number of processors between 0.01 and ${cpus_max}`);
}

/** Processors in the list format of cpuset(7). */
export function parseCpuset(value: unknown, name: string): string {
  if (typeof value === "string" && isCpuList(value)) return value;
  throw usage(name, value, "a list of processors such as `0-2,5`");
}

/** How many processes and threads, or -1 for no limit. Zero would leave nothing to run. */
export function parsePidsLimit(value: unknown, name: string): number {
  if (value === -1 || value === "-1") return -1;
  // PID_MAX_LIMIT of 64-bit kernels.
  return parseInteger(value, name, 1, 4_194_304);
}

const milliseconds = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Milliseconds: a number, or a string such as `250ms`, `1.5s`, `2m`. At most what setTimeout takes, 24.8 days. */
export function parseDuration(value: unknown, name: string): number {
  const text = typeof value === "number" ? `${value}ms` : value;
  const match = typeof text === "string" ? /^(\d{1,10}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) : null;
  const time = Math.round(Number(match?.[1]) * (milliseconds.get(match?.[2] ?? "") ?? NaN));
  if (time >= 0 && time < 2 ** 31) return time;
  throw usage(name, value, "a duration", "durations have a unit: `250ms`, `1.5s`, `2m`");
}
