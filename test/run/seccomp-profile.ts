/** Profiles for crun and libseccomp, at random: what both of them and wrun mean the same by. */
import fc from "fast-check";
import type { Seccomp, SeccompArgument, SeccompRule } from "../../runtime/spec/types.ts";

/** What crun and sleep do once the filter holds. */
const essential =
  "access arch_prctl brk capget capset chdir clone3 clock_nanosleep close close_range dup2 dup3 execve execveat exit " +
  "exit_group fchdir fcntl fstat futex getcwd getpid getppid getrandom gettid getuid kill mmap mprotect munmap nanosleep " +
  "newfstatat open openat pause poll ppoll prctl prlimit64 pread64 read readlink readlinkat rseq rt_sigaction " +
  "rt_sigprocmask rt_sigreturn sendmsg set_robust_list set_tid_address setgroups setresgid setresuid umask uname wait4 write";

/** Calls that no start of a program makes, with the bits of their arguments. */
export const widths: Record<string, number[]> = {
  socket: [32, 32, 32],
  personality: [32],
  ptrace: [64, 64, 64, 64],
  unshare: [64],
  keyctl: [32, 64, 64, 64, 64],
  chmod: [64, 16],
  mremap: [64, 64, 64, 64, 64],
  lookup_dcookie: [64, 64, 64],
  kcmp: [32, 32, 32, 64, 64],
};
export const names = Object.keys(widths);
const plain = ["bpf", "mount", "setns", "swapon", "reboot", "futex_waitv", "acct", "vhangup"];

const corners = [0n, 1n, 2n, 40n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn];
const halves = [0n, 1n, 0x80000000n, 0xffffffffn];
export const wide = fc
  .tuple(fc.constantFrom(...halves), fc.constantFrom(...corners))
  .map(([high, low]) => (high << 32n) | low);

const operators = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
] as const;

function argument(name: string, last = 5): fc.Arbitrary<SeccompArgument> {
  const own = widths[name]?.slice(0, last + 1) ?? [];
  return (
    fc
      .record({
        index: fc.nat({ max: own.length - 1 }),
        value: wide,
        valueTwo: wide,
        op: fc.constantFrom(...operators),
      })
      .map(({ index, value, valueTwo, op }) => {
        const fit = (each: bigint) => BigInt.asUintN(own[index] ?? 64, each);
        return { index, op, value: fit(value), valueTwo: fit(valueTwo) };
      })
      // Of a mask without bits libseccomp makes a rule without conditions.
      .filter(({ op, value }) => op !== "SCMP_CMP_MASKED_EQ" || value !== 0n)
  );
}

/** Of several such rules, or of one with several of them, libseccomp makes what they say. */
const equal = (name: string): fc.Arbitrary<SeccompArgument> =>
  argument(name, 0).map((each) => ({ ...each, op: "SCMP_CMP_EQ" as const }));

const action = fc.constantFrom(
  ...(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG", "SCMP_ACT_TRAP"] as const),
);

/** Rules on one call: with conditions and one action, and perhaps one without conditions and another. */
const rulesOf = (name: string): fc.Arbitrary<SeccompRule[]> =>
  fc
    .tuple(
      action,
      fc.oneof(
        fc.constant([]),
        fc.tuple(
          fc.uniqueArray(argument(name), { minLength: 1, maxLength: 3, selector: (a) => a.index }),
        ),
        fc.array(fc.tuple(equal(name)), { maxLength: 3 }),
        fc.tuple(fc.array(equal(name), { minLength: 2, maxLength: 3 })),
      ),
      fc.option(action),
      fc.boolean(),
    )
    .map(([act, conditions, always, isFirst]) => {
      const some = conditions.map((args): SeccompRule => ({ names: [name], action: act, args }));
      const all: SeccompRule[] = always === null ? [] : [{ names: [name], action: always }];
      return isFirst ? [...all, ...some] : [...some, ...all];
    });

/** With which other architectures a profile is made for x86_64, and for aarch64. */
const beside = {
  "x86-64": [
    undefined,
    ["SCMP_ARCH_X86_64"],
    ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  ],
  aarch64: [undefined, ["SCMP_ARCH_AARCH64"], ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]],
};

export type HostArch = keyof typeof beside;

/** One under which crun can still start a program. */
export const profile = (host: HostArch): fc.Arbitrary<Seccomp> =>
  fc
    .record({
      defaultAction: fc.constantFrom("SCMP_ACT_ALLOW" as const, "SCMP_ACT_ERRNO" as const),
      architectures: fc.constantFrom<string[] | undefined>(...beside[host]),
      rules: fc.tuple(...names.map(rulesOf)),
      plain: fc.subarray(plain),
      act: action,
      errnoRet: fc.integer({ min: 2, max: 100 }),
    })
    .map(({ defaultAction, architectures, rules, plain: some, act, errnoRet }) => ({
      defaultAction,
      ...(architectures && { architectures }),
      syscalls: [
        { names: essential.split(" "), action: "SCMP_ACT_ALLOW" as const },
        ...(some.length > 0
          ? [{ names: some, action: act, ...(act === "SCMP_ACT_ERRNO" && { errnoRet }) }]
          : []),
        ...rules.flat(),
      ],
    }));

/** One that nothing has to run under: any of the calls, each with an action of its own or none. */
export function anyProfile(host: HostArch, all: readonly string[]): fc.Arbitrary<Seccomp> {
  const others = all.filter((name) => !names.includes(name));
  const acts = fc.array(fc.option(action, { freq: 2 }), {
    minLength: others.length,
    maxLength: others.length,
  });
  return fc.tuple(profile(host), acts).map(([{ syscalls = [], ...rest }, chosen]) => ({
    ...rest,
    syscalls: [
      ...syscalls.filter((rule) => rule.names.some((name) => names.includes(name))),
      ...others.flatMap((name, i): SeccompRule[] => {
        const act = chosen[i];
        return act ? [{ names: [name], action: act }] : [];
      }),
    ],
  }));
}
