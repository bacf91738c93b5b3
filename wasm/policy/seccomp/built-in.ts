// The filter of `wrun run`: what Docker's default profile comes to, written as a table of its own (table-calls.ts).

import {
  SeccompAction as Action,
  SeccompCondition,
  SeccompOperator as Operator,
  SeccompRule as Rule,
} from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { COUNT, defaultOf, callOf, nameOfCall } from "./calls";
import { Entry } from "./entry";
import { Policy } from "./policy";
import { ALWAYS, NEVER, SPECIAL } from "./table-calls";
import { ENOSYS, EPERM } from "./verdict";

const SYS_ADMIN: u16 = 21;
const SYSLOG: u16 = 34;
const PERFMON: u16 = 38;
const BPF: u16 = 39;

/** Rules by number: for everybody, by capability where there is one that counts, and then by argument. */
const RULE_ALWAYS: i32 = 0;
const RULE_CAPABLE: i32 = 1;

/**
 * AF_UNIX, INET, INET6, NETLINK, KEY, PACKET and XDP. A list of what is allowed, since a list of what is not is passed
 * by with the next family; without AF_ALG and AF_VSOCK (CVE-2026-31431), and without those that load modules nobody
 * looks after. KEY, PACKET and XDP take capabilities by themselves.
 */
const FAMILIES: StaticArray<u64> = [1, 2, 10, 15, 16, 17, 44];

/** PER_LINUX, PER_LINUX32, with UNAME26 or without, and the question what it is. */
const PERSONALITIES: StaticArray<u64> = [0, 8, 0x20000, 0x20008, 0xffffffff];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const CLONE_NEW: u64 = 0x7e020000;

const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;

function has(capabilities: u64, capability: u16): bool {
  return ((capabilities >> capability) & 1) != 0;
}

function when(name: string, op: Operator, value: u64, valueTwo: u64 = 0, index: u32 = 0): Rule {
  const condition = new SeccompCondition(index, value, valueTwo, op);
  return new Rule([name], Action.Allow, null, [condition]);
}

/**
 * ioctl but for TIOCSTI and TIOCLINUX, which type into a terminal (CVE-2017-5226). Ranges around them: that two conditions
 * on one argument hold together is more than a profile of OCI can say.
 */
function terminalRules(rules: Rule[]): void {
  rules.push(when("ioctl", Operator.Lt, TIOCSTI, 0, 1));
  rules.push(when("ioctl", Operator.Eq, TIOCSTI + 1, 0, 1));
  rules.push(when("ioctl", Operator.MaskedEq, 0xfffffffc, 0x5414, 1));
  rules.push(when("ioctl", Operator.MaskedEq, 0xfffffffc, 0x5418, 1));
  rules.push(when("ioctl", Operator.Gt, TIOCLINUX, 0, 1));
}

/** Rules on calls that not everybody may make in every way. */
function specialRules(capabilities: u64): Rule[] {
  const rules: Rule[] = [];
  terminalRules(rules);
  for (let i: i32 = 0; i < PERSONALITIES.length; i++)
    rules.push(when("personality", Operator.Eq, PERSONALITIES[i]));
  for (let i: i32 = 0; i < FAMILIES.length; i++)
    rules.push(when("socket", Operator.Eq, FAMILIES[i]));
  if (!has(capabilities, SYS_ADMIN)) {
    rules.push(when("clone", Operator.MaskedEq, CLONE_NEW));
    // Its flags are in memory, where a filter cannot see them. A C library that is told so takes clone.
    rules.push(new Rule(["clone3"], Action.Errno, new Opt<u32>(ENOSYS), []));
  }
  return rules;
}

/** Calls that one of two capabilities is enough for, and clone with SYS_ADMIN. */
function isSpeciallyCapable(call: i32, capabilities: u64): bool {
  const isAdmin = has(capabilities, SYS_ADMIN);
  if (call == callOf("bpf")) return isAdmin || has(capabilities, BPF);
  if (call == callOf("perf_event_open")) return isAdmin || has(capabilities, PERFMON);
  if (call == callOf("syslog")) return isAdmin || has(capabilities, SYSLOG);
  return isAdmin && (call == callOf("clone") || call == callOf("clone3"));
}

/** The rule that names a call whatever its arguments, -1 if there is none. */
function ruleOf(call: i32, capabilities: u64): i32 {
  const wanted = defaultOf(call);
  if (wanted == ALWAYS) return RULE_ALWAYS;
  if (wanted == NEVER) return -1;
  const isCapable =
    wanted == SPECIAL ? isSpeciallyCapable(call, capabilities) : has(capabilities, wanted);
  return isCapable ? RULE_CAPABLE : -1;
}

export function builtIn(capabilities: u64): Policy {
  const policy = new Policy(Action.Errno, EPERM);
  const always = [new Entry(Action.Allow, 0, [], RULE_ALWAYS)];
  const capable = [new Entry(Action.Allow, 0, [], RULE_CAPABLE)];
  let first = RULE_CAPABLE;
  for (let call: i32 = 0; call < COUNT; call++) {
    const rule = ruleOf(call, capabilities);
    if (rule >= 0) policy.entries[call] = rule == RULE_ALWAYS ? always : capable;
    if (rule == RULE_CAPABLE) first = RULE_CAPABLE + 1;
  }
  const special = specialRules(capabilities);
  for (let i: i32 = 0; i < special.length; i++) {
    const rule = special[i];
    const errno = rule.errno;
    policy.add(
      callOf(rule.names[0]),
      new Entry(rule.action, errno ? errno.value : 0, rule.conditions, first + i),
    );
  }
  return policy;
}

/** The same as a list. */
export function builtInRules(capabilities: u64): Rule[] {
  const always = new Rule([], Action.Allow, null, []);
  const capable = new Rule([], Action.Allow, null, []);
  for (let call: i32 = 0; call < COUNT; call++) {
    const rule = ruleOf(call, capabilities);
    if (rule >= 0) (rule == RULE_ALWAYS ? always : capable).names.push(nameOfCall(call));
  }
  const rules: Rule[] = [always];
  if (capable.names.length) rules.push(capable);
  return rules.concat(specialRules(capabilities));
}
