// Rules as writes to devices.allow and devices.deny of v1: security/device_cgroup.c, cgroup-v1/devices.rst.
//
// The kernel keeps no list of rules. A cgroup allows nothing or everything, and has exceptions to that. Writing the rules
// one by one, as crun does, loses some of them in silence: `deny b 8:0` takes the exception `b 8:0` away, and leaves
// `b 8:*`, which allows it. So what the rules come to is worked out first, and then written as exceptions.

import {
  DevicesKind as Kind,
  DevicesWrite as Write,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { because, report } from "../report";
import { Rules } from "./compact";
import { ANY, BUILT_IN, Entry, RWM } from "./entry";

/** Two wildcards may cross in many places. */
const PATTERNS_MOST: i32 = 4096;

const POINTER: string = "/linux/resources/devices";

/** A set of devices with what is allowed for those of its devices that are in no smaller set. */
class Pattern {
  allowed: u32 = 0;
  constructor(public entry: Entry) {}

  denied(): u32 {
    return RWM & ~this.allowed;
  }

  /** Works out what the rules come to; `entry` takes the reason of the narrowest rule that has a say. */
  decide(rules: Rules): void {
    let open: u32 = RWM;
    let best: Entry | null = null;
    for (let i: i32 = rules.list.length - 1; i >= 0 && open; i--) {
      const rule = rules.list[i];
      if (!rule.covers(this.entry) || !(rule.access & open)) continue;
      if (!best || (best.covers(rule) && !rule.covers(best))) best = rule;
      if (rule.allow) this.allowed |= rule.access & open;
      open &= ~rule.access;
    }
    if (rules.otherwise) this.allowed |= open;
    if (best) this.entry = at(best, this.entry);
  }
}

/** A rule, for these devices. */
function at(rule: Entry, place: Entry): Entry {
  return new Entry(
    rule.allow,
    place.kind,
    place.major,
    place.minor,
    rule.access,
    rule.index,
    rule.why,
  );
}

/** Adds a set unless it is there. */
function add(patterns: Pattern[], kind: Kind, major: i64, minor: i64, rules: Rules): void {
  for (let i: i32 = 0; i < patterns.length; i++)
    if (patterns[i].entry.major == major && patterns[i].entry.minor == minor) return;
  const entry = new Entry(rules.otherwise, kind, major, minor, RWM, 0, rules.otherwiseWhy);
  patterns.push(new Pattern(entry));
}

/** The sets that the rules of one kind name, and where two of them cross: larger ones may come after smaller ones. */
function patternsOf(kind: Kind, rules: Rules): Pattern[] {
  const patterns: Pattern[] = [];
  add(patterns, kind, ANY, ANY, rules);
  for (let i: i32 = 0; i < rules.list.length; i++) {
    const rule = rules.list[i];
    if (rule.kind == Kind.All || rule.kind == kind)
      add(patterns, kind, rule.major, rule.minor, rules);
  }
  const named = patterns.length;
  for (let i: i32 = 0; i < named; i++) {
    const one = patterns[i].entry;
    if (one.major == ANY || one.minor != ANY) continue;
    for (let k: i32 = 0; k < named && patterns.length <= PATTERNS_MOST; k++) {
      const other = patterns[k].entry;
      if (other.major == ANY && other.minor != ANY)
        add(patterns, kind, one.major, other.minor, rules);
    }
  }
  if (patterns.length > PATTERNS_MOST) return patterns;
  for (let i: i32 = 0; i < patterns.length; i++) patterns[i].decide(rules);
  return patterns;
}

/**
 * The index of a pattern that exceptions cannot express, -1 when they can: no exception can be taken back for a part of
 * its devices.
 */
function hole(patterns: Pattern[], isDenyList: bool): i32 {
  for (let i: i32 = 0; i < patterns.length; i++)
    for (let k: i32 = 0; k < patterns.length; k++) {
      const small = patterns[i];
      const large = patterns[k];
      if (i == k || !large.entry.covers(small.entry)) continue;
      const lost = isDenyList ? large.denied() & ~small.denied() : large.allowed & ~small.allowed;
      if (lost) return i;
    }
  return -1;
}

/** Does a larger exception say as much. */
function isRepeated(index: i32, patterns: Pattern[]): bool {
  const pattern = patterns[index];
  for (let k: i32 = 0; k < patterns.length; k++)
    if (
      k != index &&
      patterns[k].allowed == pattern.allowed &&
      patterns[k].entry.covers(pattern.entry)
    )
      return true;
  return false;
}

function exceptions(patterns: Pattern[], isDenyList: bool, writes: Write[]): void {
  const file = isDenyList ? "devices.deny" : "devices.allow";
  for (let i: i32 = 0; i < patterns.length; i++) {
    const pattern = patterns[i];
    // One exception must have all of an access: open(O_RDWR) asks for two, and match_exception adds nothing up.
    const access = isDenyList ? pattern.denied() : pattern.allowed;
    if (!access || isRepeated(i, patterns)) continue;
    const entry = pattern.entry;
    // A cgroup never has more than its parent (EPERM); what nobody has asked for can be done without.
    const ignore = !isDenyList && entry.index == BUILT_IN ? ["EPERM"] : [];
    writes.push(new Write(file, entry.withAccess(access).text(), entry.why, ignore));
  }
}

/** Writes that come to the same as the rules, in order; none and a problem where v1 cannot. */
export function writesOf(rules: Rules, problems: Problem[]): Write[] {
  const chars = patternsOf(Kind.Char, rules);
  const blocks = patternsOf(Kind.Block, rules);
  if (chars.length + blocks.length > PATTERNS_MOST) {
    report(
      problems,
      ProblemCode.TooMany,
      POINTER,
      `the rules cross in more than ${PATTERNS_MOST} places, which is too much for cgroup v1`,
      "name devices by both numbers, or use cgroup v2",
    );
    return [];
  }
  // Everything but some, if that is what it is; otherwise whichever can be expressed.
  let isDenyList = chars[0].allowed == RWM && blocks[0].allowed == RWM;
  if (hole(chars, isDenyList) >= 0 || hole(blocks, isDenyList) >= 0) isDenyList = !isDenyList;
  if (hole(chars, isDenyList) >= 0 || hole(blocks, isDenyList) >= 0) {
    refuse(chars, blocks, problems);
    return [];
  }
  const start = isDenyList
    ? because("v1 begins with everything, and takes away what is denied", POINTER)
    : because("v1 begins with nothing, and adds what is allowed", POINTER);
  const writes = [new Write(isDenyList ? "devices.allow" : "devices.deny", "a", start, [])];
  exceptions(chars, isDenyList, writes);
  exceptions(blocks, isDenyList, writes);
  return writes;
}

/** Names the rule that a list of allowed devices cannot hold. */
function refuse(chars: Pattern[], blocks: Pattern[], problems: Problem[]): void {
  const at = hole(chars, false);
  const entry = at >= 0 ? chars[at].entry : blocks[hole(blocks, false)].entry;
  report(
    problems,
    ProblemCode.Unsupported,
    entry.why.pointer.length ? entry.why.pointer : POINTER,
    `cgroup v1 cannot deny \`${entry.text()}\` and allow the devices around it`,
    "allow the others one by one, or use cgroup v2",
  );
}
