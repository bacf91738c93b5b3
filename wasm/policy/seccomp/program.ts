// A policy as a filter: by architecture, then a search by halves over the numbers, then the arguments.

import { SeccompArch as Arch } from "../../generated/as/types";
import { Assembler, DATA_ARCH, DATA_NUMBER, EQUAL, GREATER_EQUAL } from "./assembler";
import { widthOf } from "./calls";
import { conditionOf } from "./condition";
import { Policy } from "./policy";
import { Segment, segmentsOf } from "./segments";
import { KILL_PROCESS } from "./verdict";

/** AUDIT_ARCH_* of linux/audit.h. x32 has that of x86_64. */
function auditArch(arch: Arch): u32 {
  if (arch == Arch.X86) return 0x40000003;
  if (arch == Arch.Aarch64) return 0xc00000b7;
  return arch == Arch.Arm ? 0x40000028 : 0xc000003e;
}

/** Rule after rule, the first of which all conditions hold; then the default. */
function leaf(code: Assembler, segment: Segment): i32 {
  if (!segment.isConditional()) return code.answer(segment.answer());
  let place = code.answer(segment.value);
  for (let i: i32 = segment.entries.length - 1; i >= 0; i--) {
    const entry = segment.entries[i];
    const otherwise = place;
    place = code.answer(entry.value());
    for (let k: i32 = entry.conditions.length - 1; k >= 0 && !code.isFull(); k--) {
      const given = entry.conditions[k];
      const width = widthOf(segment.call, given.index, segment.arch);
      place = code.condition(conditionOf(given, width), place, otherwise);
    }
  }
  return place;
}

/** Some 500 calls are nine comparisons deep; one after the other they would be 250 on average. */
function search(code: Assembler, segments: Segment[], from: i32, to: i32): i32 {
  if (to - from == 1) return leaf(code, segments[from]);
  const middle = (from + to) >> 1;
  const above = search(code, segments, middle, to);
  const below = search(code, segments, from, middle);
  return code.branch(GREATER_EQUAL, segments[middle].start, above, below);
}

function section(code: Assembler, policy: Policy, arch: Arch, hasX32: bool): i32 {
  const segments = segmentsOf(policy, arch, hasX32, true);
  const place = search(code, segments, 0, segments.length);
  // One answer for all of them needs no number, and may stand further on.
  return code.isLast(place) ? code.load(DATA_NUMBER) : place;
}

/** `architectures`: the host's first, x32 only beside x86_64. */
export function programOf(policy: Policy, architectures: Arch[]): Assembler {
  const code = new Assembler();
  const hasX32 = architectures.includes(Arch.X32);
  let place = code.answer(KILL_PROCESS);
  for (let i: i32 = architectures.length - 1; i >= 0; i--) {
    const arch = architectures[i];
    if (arch == Arch.X32) continue;
    const own = section(code, policy, arch, hasX32);
    place = code.branch(EQUAL, auditArch(arch), own, place);
  }
  code.load(DATA_ARCH);
  return code;
}
