// linux.resources.cpu.realtimeRuntime and .realtimePeriod: Documentation/scheduler/sched-rt-group.rst; v1 only.

import { CgroupsCpu as Cpu, ProblemCode } from "../../generated/as/types";
import { Draft } from "./draft";

const PERIOD_DEFAULT_US: u64 = 1000000;
/** U64_MAX / NSEC_PER_USEC: sched_group_set_rt_period. */
const PERIOD_MOST_US: u64 = 18446744073709551;
/** max_rt_runtime, 2^44 - 1 nanoseconds. */
const RUNTIME_MOST_US: i64 = 17592186044;

function isGood(runtime: i64, period: u64, now: u64, draft: Draft): bool {
  const pointer = "/cpu/realtimeRuntime";
  if (period > PERIOD_MOST_US) {
    draft.refuse(
      ProblemCode.TooMany,
      "/cpu/realtimePeriod",
      `a real-time period of \`${period}\` us: the kernel takes ${PERIOD_MOST_US}`,
      `${PERIOD_DEFAULT_US} is the default`,
    );
    return false;
  }
  if (runtime < 0 || runtime > RUNTIME_MOST_US) {
    draft.refuse(
      runtime < 0 ? ProblemCode.Invalid : ProblemCode.TooMany,
      pointer,
      `a real-time runtime of \`${runtime}\` us is not within 0 and ${RUNTIME_MOST_US}`,
    );
    return false;
  }
  const length = period ? period : now;
  if (<u64>runtime <= length) return true;
  draft.refuse(
    ProblemCode.Conflict,
    pointer,
    `a real-time runtime of \`${runtime}\` us is more than the period \`${length}\``,
    "give cpu.realtimePeriod too, and leave some of it to others (kernel.sched_rt_runtime_us)",
  );
  return false;
}

/** The hierarchy to write to, -1 when there is none and none is needed, or after a problem. */
function hierarchy(runtime: i64, pointer: string, draft: Draft): i32 {
  const at = draft.controller("cpu", "/linux/resources" + pointer, runtime == 0);
  if (at < 0) return at;
  const unified = draft.isUnified(at);
  if (!unified && draft.host.features.realtime) return at;
  if (runtime > 0)
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      unified
        ? "cgroup v2 has no real-time shares"
        : "this kernel has no `cpu.rt_runtime_us`: it takes CONFIG_RT_GROUP_SCHED",
      "leave it out: without, real-time processes are held to kernel.sched_rt_runtime_us",
    );
  return -1;
}

/** 0 is "not set" for the period. Neither of the two may make the runtime exceed the period on the way. */
export function planRealtime(asked: Cpu, draft: Draft): void {
  const period: u64 = asked.realtimePeriod ? asked.realtimePeriod!.value : 0;
  const runtime: i64 = asked.realtimeRuntime ? asked.realtimeRuntime!.value : 0;
  const isRuntime = asked.realtimeRuntime != null;
  if (!isRuntime && !period) return;
  const found = draft.find("cpu");
  const periodNow: u64 =
    found < 0 ? PERIOD_DEFAULT_US : <u64>draft.number(found, "cpu.rt_period_us", PERIOD_DEFAULT_US);
  const runtimeNow = found < 0 ? 0 : draft.number(found, "cpu.rt_runtime_us", 0);
  const after = isRuntime ? runtime : runtimeNow;
  if (!isGood(after, period, periodNow, draft)) return;
  const pointer = isRuntime ? "/cpu/realtimeRuntime" : "/cpu/realtimePeriod";
  const at = hierarchy(after, pointer, draft);
  if (at < 0) return;
  if (after > 0) draft.isRealtime = true;
  // A longer period makes the share smaller and goes first; a shorter one would make it larger than both.
  const isFirst = period >= periodNow;
  if (period && isFirst) writePeriod(at, period, draft);
  if (isRuntime) {
    const rule = `${runtime} us of real-time in every ${period ? period : periodNow} us`;
    draft.write(at, "cpu.rt_runtime_us", runtime.toString(), rule, "/cpu/realtimeRuntime");
  }
  if (period && !isFirst) writePeriod(at, period, draft);
}

function writePeriod(at: i32, period: u64, draft: Draft): void {
  const rule = `the real-time period of ${period} us`;
  draft.write(at, "cpu.rt_period_us", period.toString(), rule, "/cpu/realtimePeriod");
}
