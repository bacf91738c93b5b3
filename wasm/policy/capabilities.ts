// process.capabilities as masks; `man 7 capabilities`, config.md#linux-process.

import {
  CapabilitiesFacts,
  CapabilitiesPlan,
  CapabilitiesSets as Sets,
  Problem,
  ProblemCode,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { because, isFull, quote, report } from "./report";
import { CAPABILITIES, DEFAULTS } from "./table-capabilities";

const POINTER = "/process/capabilities";

/** Is `known`, a name in capitals, at this place of the text, in whatever case? Compared in place: no copy for each name. */
function isAt(text: string, start: i32, known: string): bool {
  if (text.length != start + known.length) return false;
  for (let i: i32 = 0; i < known.length; i++) {
    const unit = text.charCodeAt(start + i);
    const capital = unit >= 0x61 && unit <= 0x7a ? unit - 0x20 : unit;
    if (capital != known.charCodeAt(i)) return false;
  }
  return true;
}

function number(name: string): i32 {
  const hasPrefix = name.length > 4 && isAt(name.substring(0, 4), 0, "CAP_");
  for (let i: i32 = 0; i < CAPABILITIES.length; i++)
    if (isAt(name, hasPrefix ? 4 : 0, CAPABILITIES[i])) return i;
  return -1;
}

function namesOf(mask: u64): string[] {
  const list: string[] = [];
  for (let i: i32 = 0; i < CAPABILITIES.length; i++)
    if ((mask >> i) & 1) list.push("CAP_" + CAPABILITIES[i]);
  return list;
}

function isAll(name: string): bool {
  return isAt(name, 0, "ALL");
}

function flagMask(list: string[], problems: Problem[]): u64 {
  let mask: u64 = 0;
  for (let i: i32 = 0; i < list.length; i++) {
    const n = number(list[i]);
    if (n >= 0) mask |= (<u64>1) << n;
    else if (!isAll(list[i]) && !isFull(problems))
      report(
        problems,
        ProblemCode.Invalid,
        "",
        `capability ${quote(list[i])} is not known`,
        "see `man 7 capabilities`",
      );
  }
  return mask;
}

function hasAll(list: string[]): bool {
  for (let i: i32 = 0; i < list.length; i++) if (isAll(list[i])) return true;
  return false;
}

function warn(
  pointer: string,
  name: string,
  n: i32,
  host: CapabilitiesFacts,
  warnings: Problem[],
): void {
  if (n < 0)
    report(
      warnings,
      ProblemCode.Invalid,
      pointer,
      `capability ${quote(name)} is not known and is left out`,
    );
  else if (<u32>n > host.last)
    report(
      warnings,
      ProblemCode.Unsupported,
      pointer,
      `capability ${quote(name)} is left out`,
      `this kernel knows capabilities up to number ${host.last} only`,
    );
  else
    report(
      warnings,
      ProblemCode.Unsupported,
      pointer,
      `capability ${quote(name)} is left out: wrun itself may not give it`,
      "run wrun with more capabilities, or ask for a user namespace",
    );
}

/** The mask of one list: what is unknown, or not to be had here, is left out with a warning. */
function readSet(set: string, list: string[], host: CapabilitiesFacts, warnings: Problem[]): u64 {
  let mask: u64 = 0;
  for (let i: i32 = 0; i < list.length; i++) {
    const n = number(list[i]);
    if (n >= 0 && <u32>n <= host.last && (host.available >> n) & 1) mask |= (<u64>1) << n;
    else if (!isFull(warnings)) warn(`${POINTER}/${set}/${i}`, list[i], n, host, warnings);
  }
  return mask;
}

/** Keeps of a set what the kernel accepts beside another one. */
function within(set: string, mask: u64, bound: u64, boundName: string, warnings: Problem[]): u64 {
  const lost = namesOf(mask & ~bound);
  for (let i: i32 = 0; i < lost.length; i++)
    report(
      warnings,
      ProblemCode.Conflict,
      `${POINTER}/${set}`,
      `capability \`${lost[i]}\` is left out of \`${set}\`: it is not in \`${boundName}\``,
      `add it to \`${boundName}\``,
    );
  return mask & bound;
}

export function names(): string[] {
  return namesOf(~(<u64>0));
}

export function defaults(): string[] {
  let mask: u64 = 0;
  for (let i: i32 = 0; i < DEFAULTS.length; i++) mask |= (<u64>1) << DEFAULTS[i];
  return namesOf(mask);
}

/** `ALL` in drop clears the base and then add counts; `ALL` in add fills it and then drop counts. */
export function adjust(base: string[], add: string[], drop: string[]): Result<string[], Problem[]> {
  const problems: Problem[] = [];
  const added = flagMask(add, problems);
  const dropped = flagMask(drop, problems);
  const start = flagMask(base, problems);
  if (hasAll(add) && hasAll(drop))
    report(problems, ProblemCode.Conflict, "", "`ALL` capabilities are both added and dropped");
  const both = namesOf(added & dropped);
  for (let i: i32 = 0; i < both.length; i++)
    report(
      problems,
      ProblemCode.Conflict,
      "",
      `capability \`${both[i]}\` is both added and dropped`,
    );
  if (problems.length) return Result.err<string[], Problem[]>(problems);
  const all = hasAll(base) || hasAll(add) ? ~(<u64>0) : start;
  return Result.ok<string[], Problem[]>(namesOf(((hasAll(drop) ? 0 : all) | added) & ~dropped));
}

export function decide(sets: Sets, host: CapabilitiesFacts): CapabilitiesPlan {
  const warnings: Problem[] = [];
  const bounding = readSet("bounding", sets.bounding, host, warnings);
  const permitted = readSet("permitted", sets.permitted, host, warnings);
  // cap_capset in security/commoncap.c refuses all of it (EPERM) when one bit is out of place; the runtime-spec wants
  // a warning instead of a failure. Inheritable outlives execve, which is why it must not exceed bounding
  // (CVE-2022-24769 and its kin: it is empty unless the spec fills it).
  const effective = within(
    "effective",
    readSet("effective", sets.effective, host, warnings),
    permitted,
    "permitted",
    warnings,
  );
  const inheritable = within(
    "inheritable",
    readSet("inheritable", sets.inheritable, host, warnings),
    bounding,
    "bounding",
    warnings,
  );
  // PR_CAP_AMBIENT_RAISE: in permitted and in inheritable (man 2 prctl).
  let ambient = readSet("ambient", sets.ambient, host, warnings);
  ambient = within("ambient", ambient, permitted, "permitted", warnings);
  ambient = within("ambient", ambient, inheritable, "inheritable", warnings);
  const why = because(
    "the capabilities listed in each set, less what the kernel or wrun cannot give",
    POINTER,
  );
  return new CapabilitiesPlan(bounding, effective, permitted, inheritable, ambient, why, warnings);
}
