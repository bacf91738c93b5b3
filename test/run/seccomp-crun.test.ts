/**
 * The filters of crun (libseccomp) and of wrun for the same profile, answer by answer.
 *
 * crun's is read out of a container of it with PTRACE_SECCOMP_GET_FILTER. Not compared, because wrun differs on purpose:
 * arguments beyond the width of their type (CVE-2019-7303), calls newer than the tables (ENOSYS), rules with conditions
 * and different actions on one call (libseccomp sorts them), socketcall and ipc of i386 (libseccomp lets a rule with
 * conditions pass there), numbers of 33 bits and more on x86 and x32 (libseccomp forgets the upper half, though x32 has
 * it), several rules on one call that compare for order (libseccomp 2.5.4 makes one tree of them, in which `a3 > 40 and
 * a0 > 2^31-1`, `a3 < 2 and a0 > 0` comes to refuse a3 = 41, a0 = 1), and foreign architectures, of which libseccomp kills the thread only.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { seccompProfile } from "../../runtime/policy/seccomp.ts";
import { defaultSpec } from "../../runtime/spec/default.ts";
import type { Seccomp, SeccompArgument, SeccompRule } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { audit, interpret } from "../policy/seccomp-model.ts";
import { prefix } from "./launch.ts";
import { rootfs, temporary } from "./rootfs.ts";

const test = topic("seccomp beside crun");

/** What crun and sleep do once the filter holds. */
const essential =
  "access arch_prctl brk capget capset chdir clone3 clock_nanosleep close close_range dup2 dup3 execve execveat exit " +
  "exit_group fchdir fcntl fstat futex getcwd getpid getppid getrandom gettid getuid kill mmap mprotect munmap nanosleep " +
  "newfstatat open openat pause poll ppoll prctl prlimit64 pread64 read readlink readlinkat rseq rt_sigaction " +
  "rt_sigprocmask rt_sigreturn sendmsg set_robust_list set_tid_address setgroups setresgid setresuid umask uname wait4 write";

/** Calls that no start of a program makes, with the bits of their arguments. */
const widths: Record<string, number[]> = {
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
const names = Object.keys(widths);
const plain = ["bpf", "mount", "setns", "swapon", "reboot", "futex_waitv", "acct", "vhangup"];

const corners = [0n, 1n, 2n, 40n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn];
const halves = [0n, 1n, 0x80000000n, 0xffffffffn];
const wide = fc
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

const profile: fc.Arbitrary<Seccomp> = fc
  .record({
    defaultAction: fc.constantFrom("SCMP_ACT_ALLOW" as const, "SCMP_ACT_ERRNO" as const),
    architectures: fc.constantFrom<string[] | undefined>(
      undefined,
      ["SCMP_ARCH_X86_64"],
      ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    ),
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

/** Reads the filter of a process: attach, ask, detach. ctypes, since no tool of the system does it. */
const reader = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
pid = int(sys.argv[1])
assert libc.ptrace(16, pid, None, None) == 0, os.strerror(ctypes.get_errno())
os.waitpid(pid, 0)
count = libc.ptrace(0x420c, pid, None, None)
assert count > 0, os.strerror(ctypes.get_errno())
program = ctypes.create_string_buffer(8 * count)
assert libc.ptrace(0x420c, pid, None, program) == count
libc.ptrace(17, pid, None, None)
sys.stdout.buffer.write(program.raw)
`;

let count = 0;

/** Undefined where libseccomp refuses: two rules that it takes for one are an error to it (EEXIST). */
function crunFilter(seccomp: Seccomp): Uint8Array | undefined {
  const bundle = temporary("crun");
  const id = `${prefix}crun${count++}`;
  const spec = defaultSpec();
  const { resources: _, ...linux } = spec.linux ?? {};
  const config = {
    ...spec,
    root: { path: rootfs() },
    process: { ...spec.process, terminal: false, args: ["/bin/sleep", "60"] },
    linux: { ...linux, seccomp },
  };
  const text = JSON.stringify(config, (_key, each) =>
    typeof each === "bigint" ? `#${each}#` : each,
  );
  // JSON.stringify has no numbers beyond 2^53.
  writeFileSync(join(bundle, "config.json"), text.replace(/"#(\d+)#"/g, "$1"));
  const state = join(bundle, "state");
  mkdirSync(state);
  const run = [
    "--root",
    state,
    "run",
    "--detach",
    "--bundle",
    bundle,
    "--pid-file",
    `${bundle}/pid`,
    id,
  ];
  // What it prints goes to a file: a pipe would stay open as long as the container runs.
  const output = openSync(`${bundle}/output`, "w");
  const { status } = spawnSync("crun", run, { stdio: ["ignore", output, output] });
  closeSync(output);
  const said = readFileSync(`${bundle}/output`, "utf8");
  try {
    if (status !== 0 && said.includes("File exists")) return undefined;
    assert.is(status, 0, said);
    const pid = readFileSync(`${bundle}/pid`, "utf8");
    return execFileSync("python3", ["-c", reader, pid]);
  } finally {
    spawnSync("crun", ["--root", state, "delete", "--force", id]);
  }
}

const most = 0xffffffffn;

/** Is there a rule on the call with a number that a 32-bit argument cannot have? */
function isWide({ syscalls = [] }: Seccomp, name: string): boolean {
  return syscalls
    .filter((each) => each.names.includes(name))
    .flatMap(({ args = [] }) => args.flatMap(({ value, valueTwo = 0n }) => [value, valueTwo]))
    .some((each) => BigInt(each) > most);
}

/** Calls to put to both: every number with a few arguments, and the calls with rules with many. */
function* calls(
  seccomp: Seccomp,
): Generator<[arch: "x86-64" | "x32" | "x86", number: number, values: bigint[]]> {
  const { seccomp: engine } = policy();
  const all = seccomp.architectures?.includes("SCMP_ARCH_X32") ?? false;
  const archs = all ? (["x86-64", "x32", "x86"] as const) : (["x86-64"] as const);
  for (const arch of archs) {
    const base = arch === "x32" ? 0x40000000 : 0;
    const left_out = [
      ...(arch === "x86" ? ["socketcall", "ipc", "socket"] : []),
      ...(arch === "x86-64" ? [] : names.filter((name) => isWide(seccomp, name))),
    ];
    for (let number = base; number <= base + 450; number++) {
      const name = engine.nameOf(number, arch) ?? "";
      if (left_out.includes(name)) continue;
      yield [arch, number, [0n, 0n, 0n, 0n, 0n, 0n]];
    }
    for (const name of names) {
      const number = engine.numberOf(name, arch);
      if (number === undefined || left_out.includes(name)) continue;
      const own = (widths[name] ?? []).map((bits) =>
        arch === "x86-64" ? bits : Math.min(bits, 32),
      );
      for (const values of fc.sample(fc.array(wide, { minLength: 6, maxLength: 6 }), 40))
        yield [arch, number, values.map((each, i) => BigInt.asUintN(own[i] ?? 0, each))];
    }
  }
}

test("every call gets the same answer", {
  needs: ["root", "busybox", "crun", "python3", "x64"],
  timeout_ms: 120_000,
}, () => {
  const { seccomp: engine } = policy();
  let [profiles, compared] = [0, 0];
  for (const seccomp of fc.sample(profile, 20)) {
    const theirs = crunFilter(seccomp);
    if (theirs === undefined) continue;
    profiles++;
    const { program } = engine.decide({ tag: "spec", val: seccompProfile(seccomp) }, "x86-64");
    for (const [arch, number, values] of calls(seccomp)) {
      const call = { arch: audit[arch], number, arguments: values };
      const [own, other] = [interpret(program, call), interpret(theirs, call)];
      const said = `${arch} ${engine.nameOf(number, arch)} (${number}), ${values.join(", ")}`;
      if (own !== other) {
        const rules = seccomp.syscalls?.filter((each) =>
          each.names.includes(engine.nameOf(number, arch) ?? ""),
        );
        const text = JSON.stringify([seccomp.defaultAction, rules], (_k, each) =>
          typeof each === "bigint" ? `0x${each.toString(16)}` : each,
        );
        assert.is(own.toString(16), other.toString(16), `${said}: ${text}`);
      }
      compared++;
    }
  }
  assert.ok(profiles >= 12 && compared > 10_000, `${profiles} profiles, ${compared} calls`);
});

test.run();
