// Rules as a program of the cgroup, BPF_PROG_TYPE_CGROUP_DEVICE: include/uapi/linux/bpf.h, Documentation/bpf/standardization.

import { DevicesAccess as Access, DevicesKind as Kind } from "../../generated/as/types";
import { Rules } from "./compact";
import { ANY, Entry, RWM } from "./entry";

/** Opcodes: class, operation and operand in one byte. The 32-bit forms compare numbers above 2^31 without a sign. */
const LOAD_WORD: u64 = 0x61;
const MOVE: u64 = 0xb7;
const AND: u64 = 0x54;
const SHIFT_RIGHT: u64 = 0x74;
const JUMP: u64 = 0x05;
const JUMP_NOT_EQUAL: u64 = 0x56;
const JUMP_COMMON_BIT: u64 = 0x46;
const EXIT: u64 = 0x95;

/** Registers: the answer, the context, and what is read from it. */
const ANSWER: u64 = 0;
const CONTEXT: u64 = 1;
const TYPE: u64 = 2;
/** The access that no rule has decided yet. */
const OPEN: u64 = 3;
const MAJOR: u64 = 4;
const MINOR: u64 = 5;

/** BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR. */
const BLOCK: u32 = 1;
const CHAR: u32 = 2;

/** BPF_DEVCG_ACC_MKNOD, _READ, _WRITE. */
function accessBits(access: u32): u32 {
  return (
    (access & Access.Mknod ? 1 : 0) |
    (access & Access.Read ? 2 : 0) |
    (access & Access.Write ? 4 : 0)
  );
}

/** struct bpf_insn as the number that its eight bytes are. */
function instruction(code: u64, to: u64, immediate: u32, offset: i32 = 0, from: u64 = 0): u64 {
  return (
    code | (to << 8) | (from << 12) | ((<u64>(offset & 0xffff)) << 16) | ((<u64>immediate) << 32)
  );
}

function answer(code: u64[], isAllowed: bool): void {
  code.push(instruction(MOVE, ANSWER, isAllowed ? 1 : 0));
  code.push(instruction(EXIT, 0, 0));
}

/** What happens to an access that the rule is about. */
function verdict(entry: Entry): u64[] {
  const code: u64[] = [];
  // Something is open whenever a rule is reached, and a rule on all of it decides all of it.
  if (entry.access != RWM) {
    const bits = accessBits(entry.access);
    if (entry.allow) {
      code.push(instruction(AND, OPEN, ~bits));
      code.push(instruction(JUMP_NOT_EQUAL, OPEN, 0, 2));
    } else {
      code.push(instruction(JUMP_COMMON_BIT, OPEN, bits, 1));
      code.push(instruction(JUMP, 0, 0, 2));
    }
  }
  answer(code, entry.allow);
  return code;
}

/** One rule: it goes on behind itself when the rule is about another device or leaves some access open. */
function append(code: u64[], entry: Entry): void {
  const after = verdict(entry);
  let left = after.length;
  if (entry.kind != Kind.All) left++;
  if (entry.major != ANY) left++;
  if (entry.minor != ANY) left++;
  if (entry.kind != Kind.All)
    code.push(instruction(JUMP_NOT_EQUAL, TYPE, entry.kind == Kind.Char ? CHAR : BLOCK, --left));
  if (entry.major != ANY) code.push(instruction(JUMP_NOT_EQUAL, MAJOR, <u32>entry.major, --left));
  if (entry.minor != ANY) code.push(instruction(JUMP_NOT_EQUAL, MINOR, <u32>entry.minor, --left));
  for (let i: i32 = 0; i < after.length; i++) code.push(after[i]);
}

/** From the last rule to the first, until all access is allowed or some of it is denied. */
export function programOf(rules: Rules): StaticArray<u8> {
  const code: u64[] = [
    // struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }, access in the upper half of the first
    instruction(LOAD_WORD, TYPE, 0, 0, CONTEXT),
    instruction(LOAD_WORD, OPEN, 0, 0, CONTEXT),
    instruction(AND, TYPE, 0xffff),
    instruction(SHIFT_RIGHT, OPEN, 16),
    instruction(LOAD_WORD, MAJOR, 0, 4, CONTEXT),
    instruction(LOAD_WORD, MINOR, 0, 8, CONTEXT),
  ];
  for (let i: i32 = rules.list.length - 1; i >= 0; i--) append(code, rules.list[i]);
  answer(code, rules.otherwise);
  const bytes = new StaticArray<u8>(code.length << 3);
  for (let i: i32 = 0; i < code.length; i++)
    store<u64>(changetype<usize>(bytes) + ((<usize>i) << 3), code[i]);
  return bytes;
}
