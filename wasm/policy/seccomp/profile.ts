// linux.seccomp, checked, as a policy; config-linux.md#seccomp.

import {
  Problem,
  ProblemCode,
  SeccompAction as Action,
  SeccompOperator as Operator,
  SeccompProfile,
  SeccompRule as Rule,
} from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { quote, report } from "../report";
import { callOf } from "./calls";
import { Entry } from "./entry";
import { Effect, Policy } from "./policy";
import { EPERM, ERRNO_MOST, hasErrno, TRACE_MOST } from "./verdict";

export const POINTER: string = "/linux/seccomp";
/** As many arguments as a system call has. */
const ARGUMENTS: u32 = 6;
/** Many times what any profile has; what is more would not fit into a filter either. */
const NAMES_MOST: i32 = 16384;
const CONDITIONS_MOST: i32 = 1024;

export function pointerOf(rule: i32): string {
  return `${POINTER}/syscalls/${rule}`;
}

function checkErrno(
  action: Action,
  errno: Opt<u32> | null,
  pointer: string,
  problems: Problem[],
): void {
  if (!errno) return;
  const most = action == Action.Trace ? TRACE_MOST : ERRNO_MOST;
  if (!hasErrno(action))
    report(
      problems,
      ProblemCode.Invalid,
      pointer,
      "an errno is given for an action that answers with none",
      "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take one",
    );
  else if (errno.value > most)
    report(
      problems,
      ProblemCode.Invalid,
      pointer,
      `errno \`${errno.value}\` is more than ${most}, the most that a filter can answer`,
    );
}

/** EPERM where none is given, as the runtime-spec has it. */
export function errnoOf(action: Action, errno: Opt<u32> | null): u32 {
  if (!hasErrno(action)) return 0;
  return errno ? errno.value : EPERM;
}

function checkRule(rule: Rule, index: i32, problems: Problem[]): void {
  const pointer = pointerOf(index);
  checkErrno(rule.action, rule.errno, `${pointer}/errnoRet`, problems);
  if (!rule.names.length)
    report(problems, ProblemCode.Invalid, `${pointer}/names`, `rule ${index} names no system call`);
  if (rule.conditions.length > CONDITIONS_MOST)
    report(
      problems,
      ProblemCode.TooMany,
      `${pointer}/args`,
      `rule ${index} has ${rule.conditions.length} conditions, and ${CONDITIONS_MOST} is the most`,
    );
  for (let i: i32 = 0; i < rule.conditions.length; i++)
    if (rule.conditions[i].index >= ARGUMENTS)
      report(
        problems,
        ProblemCode.Invalid,
        `${pointer}/args/${i}/index`,
        `there is no argument \`${rule.conditions[i].index}\`: a system call has 0 to 5`,
      );
  // The launch itself calls these before anybody listens: to hand the listener over, and to report.
  const own = rule.names.includes("write")
    ? "write"
    : rule.names.includes("sendmsg")
      ? "sendmsg"
      : "";
  if (rule.action == Action.Notify && own.length)
    report(
      problems,
      ProblemCode.Invalid,
      `${pointer}/action`,
      `${own} cannot ask the listener: the launch itself needs it before anybody listens`,
    );
}

function check(profile: SeccompProfile, problems: Problem[]): void {
  checkErrno(profile.defaultAction, profile.defaultErrno, `${POINTER}/defaultErrnoRet`, problems);
  if (profile.defaultAction == Action.Notify)
    report(
      problems,
      ProblemCode.Invalid,
      `${POINTER}/defaultAction`,
      "the default cannot be to ask the listener: the launch itself would wait for it",
    );
  let names: i32 = 0;
  for (let i: i32 = 0; i < profile.rules.length; i++) {
    checkRule(profile.rules[i], i, problems);
    names += profile.rules[i].names.length;
  }
  if (names > NAMES_MOST)
    report(
      problems,
      ProblemCode.TooMany,
      `${POINTER}/syscalls`,
      `the rules have ${names} names, and ${NAMES_MOST} is the most`,
    );
}

/** What the rule means to its author and does not do. */
function warnOf(effect: Effect, name: string, index: i32, warnings: Problem[]): void {
  if (effect == Effect.Lost)
    report(
      warnings,
      ProblemCode.Conflict,
      pointerOf(index),
      `rule ${index} does nothing for ${quote(name)}: a rule before it decides every call of it`,
    );
  if (effect == Effect.Replaces)
    report(
      warnings,
      ProblemCode.Conflict,
      pointerOf(index),
      `rule ${index} takes the place of rules with conditions on ${quote(name)}, as under runc`,
    );
}

function addRule(policy: Policy, rule: Rule, index: i32, warnings: Problem[]): void {
  const entry = new Entry(rule.action, errnoOf(rule.action, rule.errno), rule.conditions, index);
  if (entry.isRepeated())
    report(
      warnings,
      ProblemCode.Conflict,
      `${pointerOf(index)}/args`,
      `rule ${index} has two conditions on one argument: one of all its conditions is enough, as under runc`,
      "SCMP_CMP_MASKED_EQ, or a rule for each value that is allowed, says it without doubt",
    );
  for (let i: i32 = 0; i < rule.names.length; i++) {
    const name = rule.names[i];
    const call = callOf(name);
    if (call < 0)
      report(
        warnings,
        ProblemCode.Invalid,
        `${pointerOf(index)}/names/${i}`,
        `system call ${quote(name)} is not known and is left out`,
      );
    else warnOf(policy.add(call, entry), name, index, warnings);
  }
}

/** Problems stop a launch, warnings do not. */
export function policyOf(
  profile: SeccompProfile,
  problems: Problem[],
  warnings: Problem[],
): Policy {
  const errno = errnoOf(profile.defaultAction, profile.defaultErrno);
  const policy = new Policy(profile.defaultAction, errno);
  check(profile, problems);
  if (problems.length) return policy;
  for (let i: i32 = 0; i < profile.rules.length; i++)
    addRule(policy, profile.rules[i], i, warnings);
  return policy;
}
