// A condition on one argument, in the width that the kernel takes it in.

import { SeccompCondition, SeccompOperator as Operator } from "../../generated/as/types";

/** A condition can be decided by its own numbers: no `int` is more than 2^32. */
export const enum Fixed {
  No,
  True,
  False,
}

/**
 * Arguments are 64 bits in a filter, and an `int` or `u32` in the kernel: socket(38 + 2^32) is socket(38) to it, and a
 * filter that compares all the bits is passed by (CVE-2019-7303, CVE-2026-123876). So an argument is compared in its
 * width. A number that does not fit is a negative one, or never equal to anything.
 */
export class Condition {
  constructor(
    public index: u32,
    public op: Operator,
    public width: u32,
    /** Bits that count. */
    public mask: u64,
    public value: u64,
    public fixed: Fixed,
  ) {}

  holds(argument: u64): bool {
    if (this.fixed != Fixed.No) return this.fixed == Fixed.True;
    const given = argument & this.mask;
    switch (this.op) {
      case Operator.Ne:
        return given != this.value;
      case Operator.Lt:
        return given < this.value;
      case Operator.Le:
        return given <= this.value;
      case Operator.Ge:
        return given >= this.value;
      case Operator.Gt:
        return given > this.value;
      default:
        return given == this.value;
    }
  }
}

function fits(value: u64, width: u32): bool {
  if (width == 64) return true;
  // A negative int that was written as a 64-bit number.
  return value >> width == 0 || (width == 32 && value >> 31 == 0x1ffffffff);
}

export function conditionOf(given: SeccompCondition, width: u32): Condition {
  const bits: u64 = width == 64 ? ~(<u64>0) : ((<u64>1) << width) - 1;
  const isMasked = given.op == Operator.MaskedEq;
  // Bits of the number that the mask leaves out do not count (seccomp_rule_add(3): the masked datum value).
  const value = isMasked ? given.valueTwo & given.value : given.value;
  let fixed = Fixed.No;
  if (!fits(value, width)) {
    const isBelow = given.op == Operator.Ne || given.op == Operator.Lt || given.op == Operator.Le;
    fixed = isBelow ? Fixed.True : Fixed.False;
  }
  const mask = isMasked ? given.value & bits : bits;
  return new Condition(given.index, given.op, width, mask, value & bits, fixed);
}
