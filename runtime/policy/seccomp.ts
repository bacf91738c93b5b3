/** linux.seccomp as the record of the policy engine. */
import type { Facts } from "../../shim/facts/types.ts";
import type {
  SeccompAction as Action,
  SeccompOperator as Operator,
  SeccompArch,
  SeccompPlan,
  SeccompProfile,
  SeccompSource,
} from "../../wasm/generated/host.js";
import type { Seccomp, SeccompAction, SeccompOperator, SeccompRule } from "../spec/types.ts";
import { Memo } from "./memo.ts";
import { policy } from "./policy.ts";

const actions: Record<SeccompAction, Action> = {
  // seccomp(2): KILL is the older name of KILL_THREAD.
  SCMP_ACT_KILL: "kill-thread",
  SCMP_ACT_KILL_THREAD: "kill-thread",
  SCMP_ACT_KILL_PROCESS: "kill-process",
  SCMP_ACT_TRAP: "trap",
  SCMP_ACT_ERRNO: "errno",
  SCMP_ACT_TRACE: "trace",
  SCMP_ACT_ALLOW: "allow",
  SCMP_ACT_LOG: "log",
  SCMP_ACT_NOTIFY: "notify",
};

const operators: Record<SeccompOperator, Operator> = {
  SCMP_CMP_NE: "ne",
  SCMP_CMP_LT: "lt",
  SCMP_CMP_LE: "le",
  SCMP_CMP_EQ: "eq",
  SCMP_CMP_GE: "ge",
  SCMP_CMP_GT: "gt",
  SCMP_CMP_MASKED_EQ: "masked-eq",
};

const architectures = new Map<string, SeccompArch>([
  ["SCMP_ARCH_X86_64", "x86-64"],
  ["SCMP_ARCH_X86", "x86"],
  ["SCMP_ARCH_X32", "x32"],
  ["SCMP_ARCH_AARCH64", "aarch64"],
  ["SCMP_ARCH_ARM", "arm"],
]);

/** What seccomp calls the architecture of a host. */
export function seccompArch({ arch }: Pick<Facts, "arch">): SeccompArch {
  return arch === "x64" ? "x86-64" : "aarch64";
}

interface Asked {
  arch: SeccompArch;
  seccomp: Seccomp | undefined;
  /** Which wrun's own profile depends on, and nothing else does. */
  capabilities: bigint;
}

/** The filter of the spec, or wrun's own, compiled once for equal profiles. Throws what the engine throws. */
export function seccompPlan(
  seccomp: Seccomp | undefined,
  isDefault: boolean,
  capabilities: bigint,
  arch: SeccompArch,
): SeccompPlan | null {
  if (!seccomp && !isDefault) return null;
  const asked = { arch, seccomp, capabilities: seccomp ? 0n : capabilities };
  return filters.get(asked, () => {
    const source = seccompSource(seccomp, isDefault, capabilities);
    if (!source) throw new RangeError("there is neither a profile nor a default one");
    return policy().seccomp.decide(source, arch);
  });
}

/** A caller launches with one profile all day. */
const filters = new Memo<Asked, SeccompPlan>(16);

/** The profile of the spec; else, where one is wanted, wrun's own for these capabilities; else none. */
export function seccompSource(
  seccomp: Seccomp | undefined,
  isDefault: boolean,
  capabilities: bigint,
): SeccompSource | undefined {
  if (seccomp) return { tag: "spec", val: seccompProfile(seccomp) };
  return isDefault ? { tag: "built-in", val: capabilities } : undefined;
}

export function seccompProfile(seccomp: Seccomp): SeccompProfile {
  const flags = seccomp.flags ?? [];
  return {
    defaultAction: actions[seccomp.defaultAction],
    defaultErrno: seccomp.defaultErrnoRet,
    architectures: (seccomp.architectures ?? []).flatMap((name) => architectures.get(name) ?? []),
    filterFlags: {
      tsync: flags.includes("SECCOMP_FILTER_FLAG_TSYNC"),
      log: flags.includes("SECCOMP_FILTER_FLAG_LOG"),
      specAllow: flags.includes("SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
      waitKillableRecv: flags.includes("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
    },
    rules: (seccomp.syscalls ?? []).map(rule),
  };
}

function rule({ names, action, errnoRet, args = [] }: SeccompRule): SeccompProfile["rules"][0] {
  return {
    names,
    action: actions[action],
    errno: errnoRet,
    conditions: args.map(({ index, value, valueTwo = 0, op }) => ({
      index,
      value: BigInt(value),
      valueTwo: BigInt(valueTwo),
      op: operators[op],
    })),
  };
}
