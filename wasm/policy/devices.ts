// linux.resources.devices: which devices may be made and opened; config-linux.md#allowed-device-list.

import {
  DevicesEffective as Effective,
  DevicesFacts,
  DevicesKind as Kind,
  DevicesMeans as Means,
  DevicesNode as Node,
  DevicesPlan,
  DevicesRule as Rule,
  DevicesVerdict as Verdict,
  DevicesWrite as Write,
  Problem,
  ProblemCode,
  Reason,
} from "../generated/as/types";
import { Opt, Result } from "../generated/as/cabi";
import { compact, Rules } from "./device/compact";
import { accessText, ANY, BUILT_IN, Entry, RWM } from "./device/entry";
import { programOf } from "./device/program";
import { BUILT_INS } from "./device/table-default";
import { writesOf } from "./device/writes";
import { because, problem, report } from "./report";

const POINTER: string = "/linux/resources/devices";
/** Far from the 1,000,000 instructions that the verifier looks at; nobody lists that many devices by hand. */
const RULES_MOST: i32 = 1024;
/** devices.allow takes it for `*`; no device has it, as dev_t has 12 bits for one number and 20 for the other. */
const NUMBER_RESERVED: i64 = 0xffffffff;

function numberOf(number: Opt<u32> | null): i64 {
  return number ? <i64>number.value : ANY;
}

/** A rule of the spec. Kind `a` with numbers is both kinds with these numbers, as the runtime-spec has it. */
function entryOf(rule: Rule, index: i32): Entry {
  const entry = new Entry(
    rule.allow,
    rule.kind,
    numberOf(rule.major),
    numberOf(rule.minor),
    rule.access & RWM,
    index,
    because(""),
  );
  const verb = rule.allow ? "allows" : "denies";
  entry.why = because(`rule ${index} ${verb} ${entry.text()}`, `${POINTER}/${index}`);
  return entry;
}

function check(entry: Entry, problems: Problem[]): void {
  if (!entry.access)
    report(
      problems,
      ProblemCode.Invalid,
      entry.why.pointer,
      `rule ${entry.index} on devices names no access, and so it would do nothing`,
      'say `"access": "rwm"`, or less',
    );
  if (entry.major == NUMBER_RESERVED || entry.minor == NUMBER_RESERVED)
    report(
      problems,
      ProblemCode.Invalid,
      entry.why.pointer,
      `rule ${entry.index} on devices has the number \`${NUMBER_RESERVED}\`, which no device has`,
      "leave the number out to mean every device",
    );
}

/** Every rule, those of the spec first. */
function entriesOf(rules: Rule[]): Entry[] {
  const entries: Entry[] = [];
  for (let i: i32 = 0; i < rules.length; i++) entries.push(entryOf(rules[i], i));
  return entries.concat(BUILT_INS);
}

/** Why nothing is enforced, "" when it must be. */
function exemption(rules: Rules, host: DevicesFacts): string {
  if (rules.isAllowAll()) return "everything is allowed";
  if (host.privileged && (host.v1 || host.v2)) return "";
  // CAP_MKNOD of a user namespace makes no nodes (man 2 mknod), and nodes on what is mounted in one do not open
  // (man 7 user_namespaces). What is left are the nodes of the host, and these are opened with the rights of its users.
  if (!host.userNamespace) return "";
  return (
    "not enforced, as with runc and crun: " +
    (host.privileged
      ? "wrun may make no cgroup here"
      : "it takes CAP_SYS_ADMIN in the initial user namespace") +
    "; in a user namespace no device can be made, and one of the host's opens with its user's rights only"
  );
}

function unable(host: DevicesFacts): Problem {
  if (!host.privileged)
    return problem(
      ProblemCode.Unsupported,
      POINTER,
      "access to devices cannot be restricted without CAP_SYS_ADMIN",
      "give wrun CAP_SYS_ADMIN, or give the container a user namespace (--userns auto)",
    );
  return problem(
    ProblemCode.Absent,
    POINTER,
    "access to devices cannot be restricted: wrun may make no cgroup with `devices` of v1, and none of v2",
    "make /sys/fs/cgroup writable, give the container a user namespace (--userns auto), or allow all devices",
  );
}

export function decide(rules: Rule[], host: DevicesFacts): Result<DevicesPlan, Problem[]> {
  const problems: Problem[] = [];
  if (rules.length > RULES_MOST) {
    const message = `there are ${rules.length} rules on devices, and ${RULES_MOST} is the most`;
    report(problems, ProblemCode.TooMany, POINTER, message, "a number left out is every number");
    return Result.err<DevicesPlan, Problem[]>(problems);
  }
  const entries = entriesOf(rules);
  for (let i: i32 = 0; i < entries.length; i++) check(entries[i], problems);
  if (problems.length) return Result.err<DevicesPlan, Problem[]>(problems);
  const compacted = compact(entries);
  const reason = exemption(compacted, host);
  if (reason.length)
    return Result.ok<DevicesPlan, Problem[]>(
      planOf(compacted, Means.None, 0, [], new StaticArray<u8>(0), because(reason, POINTER)),
    );
  const v1 = host.v1;
  const v2 = host.v2;
  if (host.privileged && v1) {
    const writes = writesOf(compacted, problems);
    if (problems.length) return Result.err<DevicesPlan, Problem[]>(problems);
    const why = because("devices.allow and devices.deny of cgroup v1", POINTER);
    return Result.ok<DevicesPlan, Problem[]>(
      planOf(compacted, Means.V1, v1.value, writes, new StaticArray<u8>(0), why),
    );
  }
  if (host.privileged && v2) {
    const program = programOf(compacted);
    const why = because(
      `a BPF program of ${program.length >> 3} instructions on the cgroup`,
      POINTER,
    );
    return Result.ok<DevicesPlan, Problem[]>(
      planOf(compacted, Means.V2, v2.value, [], program, why),
    );
  }
  problems.push(unable(host));
  return Result.err<DevicesPlan, Problem[]>(problems);
}

function planOf(
  rules: Rules,
  means: Means,
  hierarchy: u32,
  writes: Write[],
  program: StaticArray<u8>,
  why: Reason,
): DevicesPlan {
  const list: Effective[] = [];
  for (let i: i32 = 0; i < rules.list.length; i++)
    list.push(new Effective(rules.list[i].toRule(), rules.list[i].why));
  return new DevicesPlan(
    means,
    hierarchy,
    rules.otherwise,
    rules.otherwiseWhy,
    list,
    writes,
    program,
    why,
  );
}

export function explain(rules: Rule[], node: Node, major: u32, minor: u32, access: u32): Verdict[] {
  const entries = entriesOf(rules);
  const kind = node == Node.Char ? Kind.Char : Kind.Block;
  const device = new Entry(true, kind, major, minor, access, BUILT_IN, because(""));
  const verdicts: Verdict[] = [];
  let open = access & RWM;
  for (let i: i32 = entries.length - 1; i >= 0 && open; i--) {
    const entry = entries[i];
    const decided = entry.access & open;
    if (!decided || !entry.covers(device)) continue;
    const verdict = new Verdict(decided, entry.allow, null, entry.why);
    if (entry.index != BUILT_IN) verdict.rule = new Opt<u32>(<u32>entry.index);
    verdicts.push(verdict);
    open &= ~decided;
  }
  if (open) {
    const why = because(`no rule allows ${accessText(open)} of this device`);
    verdicts.push(new Verdict(open, false, null, why));
  }
  return verdicts;
}
