/** What the kernel makes of a filter, and what a profile means: neither knows how the engine works. */
import type {
  SeccompAction,
  SeccompArch,
  SeccompCondition,
  SeccompProfile,
} from "../../wasm/generated/host.js";

/** AUDIT_ARCH_* */
export const audit: Record<SeccompArch, number> = {
  "x86-64": 0xc000003e,
  x32: 0xc000003e,
  x86: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028,
};

export interface Call {
  arch: number;
  number: number;
  arguments: readonly bigint[];
}

/** net/core/filter.c and kernel/seccomp.c, for what seccomp_check_filter lets through. Throws on anything else. */
export function interpret(program: Uint8Array, call: Call, step = (): void => {}): number {
  const view = new DataView(program.buffer, program.byteOffset, program.length);
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.arch, true);
  call.arguments.forEach((value, i) => {
    data.setBigUint64(16 + 8 * i, BigInt.asUintN(64, value), true);
  });
  let accumulator = 0;
  for (let at = 0; ; at++) {
    step();
    if (8 * at >= program.length) throw new RangeError("the program runs over its end");
    const code = view.getUint16(8 * at, true);
    const [jt, jf] = [view.getUint8(8 * at + 2), view.getUint8(8 * at + 3)];
    const k = view.getUint32(8 * at + 4, true);
    if (code === 0x06) return k;
    if (code === 0x20) {
      if (k % 4 !== 0 || k >= 64) throw new RangeError(`a load at ${k}`);
      accumulator = data.getUint32(k, true);
    } else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x05) at += k;
    else if (code === 0x15) at += accumulator === k ? jt : jf;
    else if (code === 0x25) at += accumulator > k ? jt : jf;
    else if (code === 0x35) at += accumulator >= k ? jt : jf;
    else throw new RangeError(`an instruction ${code}`);
  }
}

const bases: Record<SeccompAction, number> = {
  "kill-process": 0x80000000,
  "kill-thread": 0,
  trap: 0x30000,
  errno: 0x50000,
  notify: 0x7fc00000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
};

/** SECCOMP_RET_* with its data. */
export function value(action: SeccompAction, errno: number | undefined): number {
  return bases[action] + (action === "errno" || action === "trace" ? (errno ?? 1) : 0);
}

function holds({ index, op, value: first, valueTwo }: SeccompCondition, call: Meant): boolean {
  const width = BigInt(call.widths[index] ?? 64);
  const argument = BigInt.asUintN(Number(width), call.arguments[index] ?? 0n);
  const narrow = (wide: bigint): bigint =>
    width === 32n && BigInt.asIntN(64, wide) === BigInt.asIntN(32, wide)
      ? BigInt.asUintN(32, wide)
      : wide;
  const one = narrow(first);
  switch (op) {
    case "ne":
      return argument !== one;
    case "lt":
      return argument < one;
    case "le":
      return argument <= one;
    case "eq":
      return argument === one;
    case "ge":
      return argument >= one;
    case "gt":
      return argument > one;
    case "masked-eq":
      return (argument & first) === narrow(valueTwo & first);
  }
}

export interface Meant {
  name: string;
  arguments: readonly bigint[];
  /** Bits of each argument that the kernel looks at. */
  widths: readonly number[];
}

/** What a profile answers to a call that has a name. */
export function meaning(profile: SeccompProfile, call: Meant): number {
  const otherwise = value(profile.defaultAction, profile.defaultErrno);
  const rules = profile.rules
    .filter(({ names }) => names.includes(call.name))
    .map(({ action, errno, conditions }) => ({ answer: value(action, errno), conditions }))
    .filter(({ answer }) => answer !== otherwise);
  const always = rules.find(({ conditions }) => conditions.length === 0);
  if (always) return always.answer;
  const found = rules.find(({ conditions }) => {
    const isRepeated = new Set(conditions.map(({ index }) => index)).size < conditions.length;
    return isRepeated
      ? conditions.some((each) => holds(each, call))
      : conditions.every((each) => holds(each, call));
  });
  return found?.answer ?? otherwise;
}

/** What is answered to a number that no engine knows. */
export function unknown({ defaultAction, defaultErrno }: SeccompProfile): number {
  const goesOn = ["allow", "log", "trace"].includes(defaultAction);
  return goesOn ? value(defaultAction, defaultErrno) : value("errno", 38);
}
