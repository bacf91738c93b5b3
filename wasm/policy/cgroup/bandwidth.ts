// Quota, period and burst of linux.resources.cpu: Documentation/scheduler/sched-bwc.rst, tg_set_bandwidth() of the kernel.

import { CgroupsCpu as Cpu, ProblemCode } from "../../generated/as/types";
import { integer, UNLIMITED } from "./current";
import { Draft } from "./draft";

const PERIOD_DEFAULT_US: u64 = 100000;
const PERIOD_LEAST_US: u64 = 1000;
const PERIOD_MOST_US: u64 = 1000000;
const QUOTA_LEAST_US: i64 = 1000;
/** max_cfs_runtime: 64 bits less the 20 that the scheduler uses for fractions. */
const RUNTIME_MOST_US: u64 = (1 << 44) - 1;

function isPeriod(period: u64, draft: Draft): bool {
  if (period == 0 || (period >= PERIOD_LEAST_US && period <= PERIOD_MOST_US)) return true;
  draft.refuse(
    ProblemCode.Invalid,
    "/cpu/period",
    `a cpu period of \`${period}\` us is not within 1000 and 1000000`,
    "100000 is the default",
  );
  return false;
}

function isQuota(quota: i64, draft: Draft): bool {
  // Any negative quota is "no limit", as cpu.cfs_quota_us of v1 takes it.
  if (quota <= 0 || (quota >= QUOTA_LEAST_US && <u64>quota <= RUNTIME_MOST_US)) return true;
  draft.refuse(
    quota < QUOTA_LEAST_US ? ProblemCode.Invalid : ProblemCode.TooMany,
    "/cpu/quota",
    `a cpu quota of \`${quota}\` us is not within 1000 and ${RUNTIME_MOST_US}`,
    "-1 means no limit",
  );
  return false;
}

/** What is in force; in a new cgroup no quota, the usual period and no burst. */
class Now {
  quota: i64 = UNLIMITED;
  period: u64 = PERIOD_DEFAULT_US;
  burst: u64 = 0;

  read(at: i32, draft: Draft): void {
    let quota = draft.text(at, "cpu.cfs_quota_us");
    let period = draft.text(at, "cpu.cfs_period_us");
    if (draft.isUnified(at)) {
      const words = draft.text(at, "cpu.max").split(" ");
      quota = words[0];
      period = words.length > 1 ? words[1] : "";
    }
    this.quota = integer(quota, UNLIMITED);
    this.period = <u64>integer(period, PERIOD_DEFAULT_US);
    this.burst = <u64>max<i64>(draft.number(at, burstFile(at, draft), 0), 0);
  }
}

function burstFile(at: i32, draft: Draft): string {
  return draft.isUnified(at) ? "cpu.max.burst" : "cpu.cfs_burst_us";
}

/**
 * Which of two numbers goes first, so that their quotient is never above both the old and the new one: v1 refuses a
 * cgroup more than its parent has (__cfs_schedulable).
 */
function periodFirst(quota: i64, period: u64, now: Now): bool {
  if (now.quota < 0) return true;
  return quota >= 0 && period >= now.period;
}

function planOld(at: i32, quota: i64, period: u64, now: Now, draft: Draft): void {
  const isFirst = periodFirst(quota, period, now);
  if (period && isFirst) writePeriod(at, quota > 0, period, draft);
  if (quota > 0)
    draft.write(at, "cpu.cfs_quota_us", quota.toString(), ruleOf(quota, period, now), "/cpu/quota");
  else if (quota < 0)
    draft.writeDefault(at, "cpu.cfs_quota_us", "-1", ruleOf(quota, period, now), "/cpu/quota");
  if (period && !isFirst) writePeriod(at, quota > 0, period, draft);
}

function writePeriod(at: i32, isLimit: bool, period: u64, draft: Draft): void {
  const why = `the period of ${period} us`;
  if (isLimit) draft.write(at, "cpu.cfs_period_us", period.toString(), why, "/cpu/period");
  else draft.writeDefault(at, "cpu.cfs_period_us", period.toString(), why, "/cpu/period");
}

function ruleOf(quota: i64, period: u64, now: Now): string {
  const length = period ? period : now.period;
  return quota > 0 ? `${quota} us of cpu time in every ${length} us` : "no limit of cpu time";
}

function planQuota(quota: i64, period: u64, now: Now, draft: Draft): void {
  if (quota == 0 && period == 0) return;
  const pointer = quota != 0 ? "/cpu/quota" : "/cpu/period";
  const at = draft.controller("cpu", "/linux/resources" + pointer, quota <= 0);
  if (at < 0) return;
  if (!draft.isUnified(at)) {
    planOld(at, quota, period, now, draft);
    return;
  }
  // One file for both. A period alone must not lift the quota, as it does with runc and crun.
  const after = quota != 0 ? quota : now.quota;
  const length = period ? period : now.period;
  const rule = ruleOf(after, period, now);
  if (after > 0) draft.write(at, "cpu.max", `${after} ${length}`, rule, pointer);
  else draft.writeDefault(at, "cpu.max", `max ${length}`, rule, pointer);
}

/** The burst must not exceed the quota at any moment: it shrinks before the quota does, and grows after it. */
function isBurst(burst: u64, quota: i64, draft: Draft): bool {
  const pointer = "/cpu/burst";
  if (burst > 0 && quota <= 0) {
    draft.warn(
      ProblemCode.Conflict,
      pointer,
      `a cpu burst of \`${burst}\` us has no effect without a quota and is left out`,
    );
    return false;
  }
  if (quota > 0 && (burst > <u64>quota || burst + <u64>quota > RUNTIME_MOST_US)) {
    draft.refuse(
      ProblemCode.Conflict,
      pointer,
      `a cpu burst of \`${burst}\` us is more than the quota \`${quota}\``,
    );
    return false;
  }
  return true;
}

function planBurst(burst: u64, draft: Draft): void {
  const pointer = "/cpu/burst";
  const at = draft.controller("cpu", "/linux/resources" + pointer, burst == 0);
  if (at < 0) return;
  const rule = `up to ${burst} us saved in quiet periods (Linux 5.14)`;
  if (burst == 0) draft.writeDefault(at, burstFile(at, draft), "0", rule, pointer);
  else draft.write(at, burstFile(at, draft), burst.toString(), rule, pointer);
}

export function planBandwidth(asked: Cpu, draft: Draft): void {
  const quota: i64 = asked.quota ? asked.quota!.value : 0;
  const period: u64 = asked.period ? asked.period!.value : 0;
  const isGood = isPeriod(period, draft) && isQuota(quota, draft);
  if (!isGood) return;
  const now = new Now();
  const at = draft.find("cpu");
  if (at >= 0) now.read(at, draft);
  const after = quota != 0 ? quota : now.quota;
  const burst = asked.burst;
  if (!burst && after > 0 && now.burst > <u64>after) {
    draft.refuse(
      ProblemCode.Conflict,
      "/cpu/quota",
      `a cpu quota of \`${after}\` us is less than the burst \`${now.burst}\` in force`,
      "give cpu.burst too",
    );
    return;
  }
  const isWritten = burst ? isBurst(burst.value, after, draft) : false;
  const isFirst = burst ? burst.value < now.burst : false;
  if (burst && isWritten && isFirst) planBurst(burst.value, draft);
  planQuota(quota, period, now, draft);
  if (burst && isWritten && !isFirst) planBurst(burst.value, draft);
}
