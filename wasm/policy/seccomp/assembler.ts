// Classic BPF, written from the end to the beginning: linux/bpf_common.h, Documentation/networking/filter.rst.

import { Condition, Fixed } from "./condition";
import { SeccompOperator as Operator } from "../../generated/as/types";

const LOAD: u32 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const RETURN: u32 = 0x06; // BPF_RET | BPF_K
const AND: u32 = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP: u32 = 0x05; // BPF_JMP | BPF_JA
export const EQUAL: u32 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
export const GREATER: u32 = 0x25; // BPF_JMP | BPF_JGT | BPF_K
export const GREATER_EQUAL: u32 = 0x35; // BPF_JMP | BPF_JGE | BPF_K

/** struct seccomp_data. */
export const DATA_NUMBER: u32 = 0;
export const DATA_ARCH: u32 = 4;
const DATA_ARGUMENTS: u32 = 16;

/** jt and jf of struct sock_filter are 8 bits. */
const JUMP_MOST: i32 = 255;
export const INSTRUCTIONS_MOST: i32 = 4096;
const INSTRUCTION_BYTES: i32 = 8;
const ONES: u32 = 0xffffffff;

/**
 * Jumps of classic BPF go forward only. Written backwards, every target is there already when a jump to it is: its place
 * is how many instructions come after it. A target out of reach gets a step in between.
 */
export class Assembler {
  /** struct sock_filter as the number that its eight bytes are, the last one first. */
  private code: u64[] = [];
  private returns: Map<u32, i32> = new Map<u32, i32>();

  get length(): i32 {
    return this.code.length;
  }

  /** More than the kernel takes: BPF_MAXINSNS. What is written from here on is in vain. */
  isFull(): bool {
    return this.code.length > INSTRUCTIONS_MOST;
  }

  /** Does what is written next run into this place? */
  isLast(place: i32): bool {
    return place == this.code.length - 1;
  }

  private emit(code: u32, k: u32, jt: i32 = 0, jf: i32 = 0): i32 {
    this.code.push(<u64>code | ((<u64>jt) << 16) | ((<u64>jf) << 24) | ((<u64>k) << 32));
    return this.code.length - 1;
  }

  private distance(place: i32): i32 {
    return this.code.length - place - 1;
  }

  /** The nearest place where the program ends with this value, made where there is none in reach. */
  answer(value: u32): i32 {
    if (this.returns.has(value)) {
      const known = this.returns.get(value);
      // One less, for the jump in between that the other target may need.
      if (this.distance(known) < JUMP_MOST) return known;
    }
    const place = this.emit(RETURN, value);
    this.returns.set(value, place);
    return place;
  }

  load(offset: u32): i32 {
    return this.emit(LOAD, offset);
  }

  /** To one place when the comparison holds, to the other when not; what follows is at either. */
  branch(code: u32, k: u32, then: i32, otherwise: i32): i32 {
    if (then == otherwise) return then;
    if (this.distance(otherwise) > JUMP_MOST - 1)
      otherwise = this.emit(JUMP, this.distance(otherwise));
    if (this.distance(then) > JUMP_MOST) then = this.emit(JUMP, this.distance(then));
    return this.emit(code, k, this.distance(then), this.distance(otherwise));
  }

  /** Where the condition is asked: it loads its argument. */
  condition(condition: Condition, then: i32, otherwise: i32): i32 {
    if (condition.fixed != Fixed.No) return condition.fixed == Fixed.True ? then : otherwise;
    if (then == otherwise) return then;
    const op = condition.op;
    // Less is not greater or equal, and so on: three comparisons are enough.
    if (op == Operator.Ne) return this.compare(condition, EQUAL, otherwise, then);
    if (op == Operator.Lt) return this.compare(condition, GREATER_EQUAL, otherwise, then);
    if (op == Operator.Le) return this.compare(condition, GREATER, otherwise, then);
    if (op == Operator.Ge) return this.compare(condition, GREATER_EQUAL, then, otherwise);
    if (op == Operator.Gt) return this.compare(condition, GREATER, then, otherwise);
    return this.compare(condition, EQUAL, then, otherwise);
  }

  /**
   * The upper half decides unless it is equal, and then the lower one does (CVE-2019-9893: halves that were compared
   * one without the other).
   */
  private compare(condition: Condition, code: u32, then: i32, otherwise: i32): i32 {
    const at = DATA_ARGUMENTS + 8 * condition.index;
    const value = condition.value;
    const mask = condition.mask;
    this.branch(code, <u32>value, then, otherwise);
    let place = this.loadMasked(at, <u32>mask);
    if (condition.width != 64) return place;
    const high = <u32>(value >> 32);
    place = this.branch(EQUAL, high, place, otherwise);
    if (code != EQUAL) this.branch(GREATER, high, then, place);
    return this.loadMasked(at + 4, <u32>(mask >> 32));
  }

  private loadMasked(at: u32, mask: u32): i32 {
    if (mask != ONES) this.emit(AND, mask);
    return this.load(at);
  }

  bytes(): StaticArray<u8> {
    const bytes = new StaticArray<u8>(this.code.length * INSTRUCTION_BYTES);
    const start = changetype<usize>(bytes);
    const last = this.code.length - 1;
    for (let i: i32 = 0; i <= last; i++)
      store<u64>(start + <usize>(i * INSTRUCTION_BYTES), this.code[last - i]);
    return bytes;
  }
}
