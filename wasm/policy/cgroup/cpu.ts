// linux.resources.cpu but for the cpuset: Documentation/scheduler/sched-bwc.rst, kernel/sched/core.c tg_set_bandwidth().

import {
  CgroupsCpu as Cpu,
  CgroupsWeightFormula as WeightFormula,
  ProblemCode,
} from "../../generated/as/types";
import { Draft } from "./draft";
import { SHARES_LEAST, SHARES_MOST, weight } from "./weight";

const PERIOD_DEFAULT_US: u64 = 100000;
const PERIOD_LEAST_US: u64 = 1000;
const PERIOD_MOST_US: u64 = 1000000;
const QUOTA_LEAST_US: i64 = 1000;
/** max_cfs_runtime: 64 bits less the 20 that the scheduler uses for fractions. */
const RUNTIME_MOST_US: u64 = (1 << 44) - 1;

/** Is the group an idle one (SCHED_IDLE)? */
function planIdle(idle: i64, draft: Draft): bool {
  const pointer = "/cpu/idle";
  if (idle != 0 && idle != 1) {
    draft.refuse(ProblemCode.Invalid, pointer, `cpu idle \`${idle}\` is neither 0 nor 1`);
    return false;
  }
  const at = draft.controller("cpu", "/linux/resources" + pointer, idle == 0);
  if (at < 0) return idle == 1;
  if (idle == 0) draft.writeDefault(at, "cpu.idle", "0", "not an idle group", pointer);
  else
    draft.write(
      at,
      "cpu.idle",
      "1",
      "an idle group, which runs when nothing else does (Linux 5.15)",
      pointer,
    );
  return idle == 1;
}

function planShares(shares: u64, isIdle: bool, draft: Draft): void {
  const pointer = "/cpu/shares";
  if (isIdle) {
    // sched_group_set_shares is EINVAL for an idle group, whose weight is fixed.
    draft.warn(
      ProblemCode.Conflict,
      pointer,
      `cpu shares \`${shares}\` have no effect on an idle group and are left out`,
    );
    return;
  }
  const at = draft.controller("cpu", "/linux/resources" + pointer, false);
  if (at < 0) return;
  const clamped = min<u64>(max<u64>(shares, SHARES_LEAST), SHARES_MOST);
  const note = clamped == shares ? "" : `, clamped to ${clamped} as the kernel does`;
  if (!draft.isUnified(at)) {
    draft.write(at, "cpu.shares", clamped.toString(), `cpu shares ${shares}${note}`, pointer);
    return;
  }
  const value = weight(shares, WeightFormula.Quadratic).toString();
  const rule =
    `cpu shares ${shares}${note}, by ceil(10^((l*l + 125*l)/612 - 7/34)) with l = log2(shares), ` +
    "the quadratic formula of runc 1.3.2 and crun 1.23";
  draft.write(at, "cpu.weight", value, rule, pointer);
}

function checkPeriod(period: u64, draft: Draft): bool {
  if (period >= PERIOD_LEAST_US && period <= PERIOD_MOST_US) return true;
  draft.refuse(
    ProblemCode.Invalid,
    "/cpu/period",
    `a cpu period of \`${period}\` us is not within 1000 and 1000000`,
    "100000 is the default",
  );
  return false;
}

function checkQuota(quota: i64, draft: Draft): bool {
  // Any negative quota is "no limit", as cpu.cfs_quota_us of v1 takes it.
  if (quota < 0 || (quota >= QUOTA_LEAST_US && <u64>quota <= RUNTIME_MOST_US)) return true;
  draft.refuse(
    quota < QUOTA_LEAST_US ? ProblemCode.Invalid : ProblemCode.TooMany,
    "/cpu/quota",
    `a cpu quota of \`${quota}\` us is not within 1000 and ${RUNTIME_MOST_US}`,
    "-1 means no limit",
  );
  return false;
}

function planBandwidth(quota: i64, period: u64, draft: Draft): void {
  const pointer = quota != 0 ? "/cpu/quota" : "/cpu/period";
  const isLimit = quota > 0;
  const at = draft.controller("cpu", "/linux/resources" + pointer, !isLimit);
  if (at < 0) return;
  const length = period ? period : PERIOD_DEFAULT_US;
  const rule = isLimit ? `${quota} us of cpu time in every ${length} us` : "no limit of cpu time";
  if (draft.isUnified(at)) {
    const value = `${isLimit ? quota.toString() : "max"} ${length}`;
    if (isLimit) draft.write(at, "cpu.max", value, rule, pointer);
    else draft.writeDefault(at, "cpu.max", value, rule, pointer);
    return;
  }
  if (period) {
    const why = `the period of ${period} us`;
    if (isLimit) draft.write(at, "cpu.cfs_period_us", period.toString(), why, "/cpu/period");
    else draft.writeDefault(at, "cpu.cfs_period_us", period.toString(), why, "/cpu/period");
  }
  if (isLimit) draft.write(at, "cpu.cfs_quota_us", quota.toString(), rule, pointer);
  else if (quota < 0) draft.writeDefault(at, "cpu.cfs_quota_us", "-1", rule, pointer);
}

/** After the quota, which it must not exceed: tg_set_bandwidth compares with the quota in force. */
function planBurst(burst: u64, quota: i64, draft: Draft): void {
  const pointer = "/cpu/burst";
  if (burst > 0 && quota <= 0) {
    draft.warn(
      ProblemCode.Conflict,
      pointer,
      `a cpu burst of \`${burst}\` us has no effect without a quota and is left out`,
    );
    return;
  }
  if (quota > 0 && (burst > <u64>quota || burst + <u64>quota > RUNTIME_MOST_US)) {
    draft.refuse(
      ProblemCode.Conflict,
      pointer,
      `a cpu burst of \`${burst}\` us is more than the quota \`${quota}\``,
    );
    return;
  }
  const at = draft.controller("cpu", "/linux/resources" + pointer, burst == 0);
  if (at < 0) return;
  const file = draft.isUnified(at) ? "cpu.max.burst" : "cpu.cfs_burst_us";
  const rule = `up to ${burst} us saved in quiet periods (Linux 5.14)`;
  if (burst == 0) draft.writeDefault(at, file, "0", rule, pointer);
  else draft.write(at, file, burst.toString(), rule, pointer);
}

/** 0 is "not set" for shares, quota and period, as in every runtime: none of them can be 0 in the kernel. */
export function planCpu(asked: Cpu, draft: Draft): void {
  const idle = asked.idle;
  const isIdle = idle ? planIdle(idle.value, draft) : false;
  const shares = asked.shares;
  if (shares && shares.value > 0) planShares(shares.value, isIdle, draft);
  const quota: i64 = asked.quota ? asked.quota!.value : 0;
  const period: u64 = asked.period ? asked.period!.value : 0;
  const isPeriodGood = period == 0 || checkPeriod(period, draft);
  const isQuotaGood = quota == 0 || checkQuota(quota, draft);
  if (isPeriodGood && isQuotaGood && (quota != 0 || period != 0))
    planBandwidth(quota, period, draft);
  const burst = asked.burst;
  if (burst && isQuotaGood) planBurst(burst.value, quota, draft);
}
