// linux.seccomp: a filter of system calls in classic BPF; config-linux.md#seccomp, `man 2 seccomp`.

import {
  Problem,
  ProblemCode,
  SeccompAction as Action,
  SeccompArch as Arch,
  SeccompFilterFlags as Flags,
  SeccompPlan,
  SeccompProfile,
  SeccompSource as Source,
  SeccompVerdict as Verdict,
} from "../generated/as/types";
import { Opt, Result } from "../generated/as/cabi";
import { because, quote, report } from "./report";
import { INSTRUCTIONS_MOST } from "./seccomp/assembler";
import { builtIn, builtInRules } from "./seccomp/built-in";
import { COUNT, callOf, nameOfCall, numbersOf, widthOf, X32_BIT } from "./seccomp/calls";
import { conditionOf } from "./seccomp/condition";
import { Entry } from "./seccomp/entry";
import { Policy } from "./seccomp/policy";
import { POINTER, pointerOf, policyOf } from "./seccomp/profile";
import { programOf } from "./seccomp/program";
import { find, Segment, segmentsOf, Sort } from "./seccomp/segments";
import { actionText, EPERM } from "./seccomp/verdict";

/** SECCOMP_FILTER_FLAG_* of linux/seccomp.h. */
const TSYNC: u32 = 1;
const LOG: u32 = 2;
const SPEC_ALLOW: u32 = 4;
const NEW_LISTENER: u32 = 8;
const TSYNC_ESRCH: u32 = 16;
const WAIT_KILLABLE_RECV: u32 = 32;

function isBeside(arch: Arch, host: Arch): bool {
  if (host == Arch.X8664) return arch == Arch.X86 || arch == Arch.X32;
  return host == Arch.Aarch64 && arch == Arch.Arm;
}

/** The host's own is always there, as under runc and crun: a filter without it would kill whatever it is for. */
function architecturesOf(source: Source, host: Arch): Arch[] {
  const list: Arch[] = [host];
  const profile = source.spec;
  if (!profile) return list;
  const asked = profile.architectures;
  for (let i: i32 = 0; i < asked.length; i++)
    if (isBeside(asked[i], host) && !list.includes(asked[i])) list.push(asked[i]);
  return list;
}

function readSource(source: Source, problems: Problem[], warnings: Problem[]): Policy {
  const profile = source.spec;
  return profile ? policyOf(profile, problems, warnings) : builtIn(source.builtIn);
}

function asksListener(policy: Policy): bool {
  for (let call: i32 = 0; call < COUNT; call++) {
    const list = policy.entries[call];
    for (let i: i32 = 0; list && i < list.length; i++)
      if (list[i].action == Action.Notify) return true;
  }
  return false;
}

function flagsOf(asked: u32, hasListener: bool, warnings: Problem[]): u32 {
  let flags: u32 = 0;
  if (asked & Flags.Tsync) flags |= TSYNC;
  if (asked & Flags.Log) flags |= LOG;
  if (asked & Flags.SpecAllow) flags |= SPEC_ALLOW;
  if (hasListener) flags |= NEW_LISTENER | (flags & TSYNC ? TSYNC_ESRCH : 0);
  if (asked & Flags.WaitKillableRecv) {
    if (hasListener) flags |= WAIT_KILLABLE_RECV;
    else
      report(
        warnings,
        ProblemCode.Conflict,
        `${POINTER}/flags`,
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is left out: no rule asks a listener",
      );
  }
  return flags;
}

/** How many calls of the host have rules. */
function countCalls(policy: Policy, host: Arch): u32 {
  const numbers = numbersOf(host);
  let count: u32 = 0;
  for (let call: i32 = 0; call < COUNT; call++)
    if (numbers[call] >= 0 && policy.entries[call]) count++;
  return count;
}

export function decide(source: Source, host: Arch): Result<SeccompPlan, Problem[]> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const policy = readSource(source, problems, warnings);
  if (problems.length) return Result.err<SeccompPlan, Problem[]>(problems);
  const architectures = architecturesOf(source, host);
  const program = programOf(policy, architectures);
  if (program.isFull()) {
    report(
      problems,
      ProblemCode.TooMany,
      `${POINTER}/syscalls`,
      `the filter would have more than ${INSTRUCTIONS_MOST} instructions, which is all that the kernel takes`,
      "fewer rules with conditions, or fewer architectures, make it shorter",
    );
    return Result.err<SeccompPlan, Problem[]>(problems);
  }
  const profile = source.spec;
  const why = profile
    ? because(`a filter of ${program.length} instructions`, POINTER)
    : because(`wrun's own profile, a filter of ${program.length} instructions`);
  return Result.ok<SeccompPlan, Problem[]>(
    new SeccompPlan(
      program.bytes(),
      flagsOf(profile ? profile.filterFlags : 0, asksListener(policy), warnings),
      architectures,
      policy.action,
      countCalls(policy, host),
      why,
      warnings,
    ),
  );
}

function holds(entry: Entry, segment: Segment, values: StaticArray<u64>): bool {
  for (let i: i32 = 0; i < entry.conditions.length; i++) {
    const given = entry.conditions[i];
    const width = widthOf(segment.call, given.index, segment.arch);
    const value: u64 = <i32>given.index < values.length ? values[given.index] : 0;
    if (!conditionOf(given, width).holds(value)) return false;
  }
  return true;
}

function ruleVerdict(entry: Entry, name: string, isBuiltIn: bool): Verdict {
  const verb = actionText(entry.action, entry.errno);
  const condition = entry.conditions.length ? " with these arguments" : "";
  const why = isBuiltIn
    ? because(`wrun's own profile: rule ${entry.rule} ${verb} for ${quote(name)}${condition}`)
    : because(`rule ${entry.rule} ${verb} for ${quote(name)}${condition}`, pointerOf(entry.rule));
  return new Verdict(entry.action, entry.errno, new Opt<u32>(<u32>entry.rule), why);
}

/** The action that a value stands for where no rule decides: the default, ENOSYS, or the end. */
function otherwise(segment: Segment, policy: Policy, number: u32, isBuiltIn: bool): Verdict {
  if (segment.sort == Sort.Foreign) {
    const why = because("calls of x32 kill the process: the profile does not name SCMP_ARCH_X32");
    return new Verdict(Action.KillProcess, 0, null, why);
  }
  if (segment.sort == Sort.Unknown && segment.value != policy.value()) {
    const why = because(`call ${number} is newer than this engine, and so it answers ENOSYS`);
    return new Verdict(Action.Errno, segment.value & 0xffff, null, why);
  }
  const verb = actionText(policy.action, policy.errno);
  const name = segment.call < 0 ? `call ${number}` : quote(nameOfCall(segment.call));
  const none = segment.entries.length ? "no rule holds with these arguments" : "no rule names it";
  const why = isBuiltIn
    ? because(`wrun's own profile ${verb} for ${name}: ${none}`)
    : because(`the default ${verb} for ${name}: ${none}`, `${POINTER}/defaultAction`);
  return new Verdict(policy.action, policy.errno, null, why);
}

export function explain(
  source: Source,
  host: Arch,
  arch: Arch,
  number: u32,
  values: StaticArray<u64>,
): Verdict {
  const problems: Problem[] = [];
  const policy = readSource(source, problems, []);
  const architectures = architecturesOf(source, host);
  const isX32 = arch == Arch.X32 || (arch == Arch.X8664 && (number & X32_BIT) != 0);
  if (!architectures.includes(arch) && !(isX32 && host == Arch.X8664)) {
    const why = because(
      "calls of another architecture kill the process: the profile does not name it",
    );
    return new Verdict(Action.KillProcess, 0, null, why);
  }
  const section = arch == Arch.X32 ? Arch.X8664 : arch;
  const segments = segmentsOf(policy, section, architectures.includes(Arch.X32), false);
  const segment = find(segments, number);
  for (let i: i32 = 0; i < segment.entries.length; i++)
    if (holds(segment.entries[i], segment, values))
      return ruleVerdict(segment.entries[i], nameOfCall(segment.call), !source.spec);
  return otherwise(segment, policy, number, !source.spec);
}

export function defaultProfile(capabilities: u64, host: Arch): SeccompProfile {
  const rules = builtInRules(capabilities);
  return new SeccompProfile(Action.Errno, new Opt<u32>(EPERM), [host], 0, rules);
}

export function numberOf(name: string, arch: Arch): Opt<u32> | null {
  const call = callOf(name);
  if (call < 0) return null;
  const number = numbersOf(arch)[call];
  return number < 0 ? null : new Opt<u32>(<u32>number);
}

export function nameOf(number: u32, arch: Arch): string | null {
  const numbers = numbersOf(arch);
  for (let call: i32 = 0; call < COUNT; call++)
    if (numbers[call] >= 0 && <u32>numbers[call] == number) return nameOfCall(call);
  return null;
}
