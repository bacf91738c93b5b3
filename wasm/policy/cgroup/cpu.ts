// linux.resources.cpu: weight and idle; kernel/sched/fair.c sched_group_set_shares(), sched_group_set_idle().

import {
  CgroupsCpu as Cpu,
  CgroupsWeightFormula as WeightFormula,
  ProblemCode,
} from "../../generated/as/types";
import { planBandwidth } from "./bandwidth";
import { Draft } from "./draft";
import { planRealtime } from "./realtime";
import { SHARES_LEAST, SHARES_MOST, weight } from "./weight";

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
  const formula = draft.formulas.cpuWeight;
  const value = weight(shares, formula).toString();
  const how =
    formula == WeightFormula.Linear
      ? "1 + ((shares - 2) * 9999) / 262142, the linear formula of runc up to 1.3.1 and crun up to 1.22"
      : "ceil(10^((l*l + 125*l)/612 - 7/34)) with l = log2(shares), the quadratic formula of runc 1.3.2 and crun 1.23";
  const rule = `cpu shares ${shares}${note}, by ${how}`;
  draft.write(at, "cpu.weight", value, rule, pointer);
}

/** 0 is "not set" for shares, quota and period, as in every runtime: none of them can be 0 in the kernel. */
export function planCpu(asked: Cpu, draft: Draft): void {
  const idle = asked.idle;
  const at = draft.find("cpu");
  const wasIdle = at >= 0 && draft.number(at, "cpu.idle", 0) == 1;
  const isIdle = idle ? planIdle(idle.value, draft) : wasIdle;
  const shares = asked.shares;
  if (shares && shares.value > 0) planShares(shares.value, isIdle, draft);
  planBandwidth(asked, draft);
  planRealtime(asked, draft);
}
