/**
 * The filters of crun (libseccomp) and of wrun for the same profile, answer by answer, for every number of a call.
 *
 * crun's is read out of a container of it with PTRACE_SECCOMP_GET_FILTER, and is what libseccomp makes of the same calls;
 * so of hundreds of profiles, and for arm64, it is asked alone. wrun differs on purpose, and `wanted` says how: calls newer
 * than the tables (ENOSYS) and foreign architectures (the process is killed, not the thread). Not compared, for the same
 * reason: arguments beyond the width of their type (CVE-2019-7303), rules with conditions
 * and different actions on one call (libseccomp sorts them), socketcall and ipc of i386 (libseccomp lets a rule with
 * conditions pass there), numbers of 33 bits and more on x86 and x32 (libseccomp forgets the upper half, though x32 has
 * it), and several rules on one call that compare for order (libseccomp 2.5.4 makes one tree of them, in which `a3 > 40 and
 * a0 > 2^31-1`, `a3 < 2 and a0 > 0` comes to refuse a3 = 41, a0 = 1).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { seccompProfile } from "../../runtime/policy/seccomp.ts";
import { defaultSpec } from "../../runtime/spec/default.ts";
import type { Seccomp } from "../../runtime/spec/types.ts";
import type { SeccompArch } from "../../wasm/generated/host.js";
import { project, topic } from "../harness.ts";
import { audit, type Call, interpret, value } from "../policy/seccomp-model.ts";
import { prefix } from "./launch.ts";
import { rootfs, temporary } from "./rootfs.ts";
import { anyProfile, type HostArch, names, profile, wide, widths } from "./seccomp-profile.ts";

const test = topic("seccomp beside crun");
const { seccomp: engine } = policy();
const full = process.env.CI === "true" || process.env.WRUN_TEST_FULL === "1";

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

/** JSON.stringify has no numbers beyond 2^53. */
function jsonText(value: unknown): string {
  const marked = (_key: string, each: unknown) => (typeof each === "bigint" ? `#${each}#` : each);
  return JSON.stringify(value, marked).replace(/"#(\d+)#"/g, "$1");
}

/** What libseccomp makes of profiles when it is called as crun calls it. */
function libseccompFilters(host: HostArch, profiles: Seccomp[]): (Uint8Array | undefined)[] {
  const script = `${project}/test/run/libseccomp.py`;
  const asked = jsonText({ host: host === "x86-64" ? "x86_64" : host, profiles });
  const answer = execFileSync("python3", [script], { input: asked, maxBuffer: 1 << 28 });
  return (JSON.parse(answer.toString()) as (string | null)[]).map((text) =>
    text === null ? undefined : Buffer.from(text, "base64"),
  );
}

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
  writeFileSync(join(bundle, "config.json"), jsonText(config));
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
const x32 = 0x40000000;
const skipped = 0xffffffff;
/** The highest number of a call that the engine knows, where architectures have the same ones. */
const newest = Array.from({ length: 512 }, (_, i) => i).findLast((n) =>
  engine.nameOf(n, "aarch64"),
);

/** Is there a rule on the call with a number that a 32-bit argument cannot have? */
function isWide({ syscalls = [] }: Seccomp, name: string): boolean {
  return syscalls
    .filter((each) => each.names.includes(name))
    .flatMap(({ args = [] }) => args.flatMap(({ value, valueTwo = 0n }) => [value, valueTwo]))
    .some((each) => BigInt(each) > most);
}

function architectures(host: HostArch, { architectures: more = [] }: Seccomp): SeccompArch[] {
  if (host === "aarch64") return more.includes("SCMP_ARCH_ARM") ? ["aarch64", "arm"] : ["aarch64"];
  return more.includes("SCMP_ARCH_X32") ? ["x86-64", "x32", "x86"] : ["x86-64"];
}

/** Every number there is, some that are not, and those that only a tracer or a mistake makes. */
function* numbers(arch: SeccompArch): Generator<number> {
  const base = arch === "x32" ? x32 : 0;
  for (let number = base; number <= base + 600; number++) yield number;
  if (arch === "arm") for (let number = 0xf0000; number < 0xf0008; number++) yield number;
  if (arch !== "x32") yield* [1000, 0xffff, x32 - 1, x32, x32 + 59, 0x7fffffff, 0x80000000];
  yield* [0xfffffffe, skipped];
}

type Asked = [arch: SeccompArch, number: number, values: bigint[]];

/** Calls to put to both: every number without arguments, and the calls with rules with many. */
function* calls(host: HostArch, seccomp: Seccomp): Generator<Asked> {
  for (const arch of architectures(host, seccomp)) {
    const isNarrow = arch !== "x86-64" && arch !== "aarch64";
    const left_out = [
      ...(arch === "x86" ? ["socketcall", "ipc", ...multiplexed] : []),
      ...(isNarrow ? names.filter((name) => isWide(seccomp, name)) : []),
    ];
    for (const number of numbers(arch)) {
      const name = engine.nameOf(number, arch) ?? "";
      if (!left_out.includes(name)) yield [arch, number, [0n, 0n, 0n, 0n, 0n, 0n]];
    }
    for (const name of names) {
      const number = engine.numberOf(name, arch);
      if (number === undefined || left_out.includes(name)) continue;
      const own = (widths[name] ?? []).map((bits) => (isNarrow ? Math.min(bits, 32) : bits));
      for (const values of fc.sample(fc.array(wide, { minLength: 6, maxLength: 6 }), 40))
        yield [arch, number, values.map((each, i) => BigInt.asUintN(own[i] ?? 0, each))];
    }
  }
}

/** socket of i386 has conditions, for which libseccomp looks into socketcall. */
const multiplexed = ["socket"];
const [kill_thread, kill_process] = [value("kill-thread", 0), value("kill-process", 0)];
const no_call = value("errno", 38);

/** What wrun has to answer where libseccomp answers `theirs`. */
function wanted(host: HostArch, seccomp: Seccomp, [arch, number]: Asked, theirs: number): number {
  const isX32 = arch === "x86-64" && number >= x32 && number !== skipped;
  if (isX32 && !architectures(host, seccomp).includes("x32")) {
    assert.is(theirs, kill_thread);
    return kill_process;
  }
  const hasX32 = arch === "x86-64" || arch === "x32";
  const place = hasX32 && number >= x32 && number !== skipped ? number - x32 : number;
  const isNew = place > (newest ?? 0) && engine.nameOf(number, arch) === undefined;
  return isNew && seccomp.defaultAction === "SCMP_ACT_ERRNO" ? no_call : theirs;
}

/** Puts every call to both filters; how many there were. */
function compare(host: HostArch, seccomp: Seccomp, theirs: Uint8Array): number {
  const { program } = engine.decide({ tag: "spec", val: seccompProfile(seccomp) }, host);
  let compared = 0;
  for (const asked of calls(host, seccomp)) {
    const [arch, number, values] = asked;
    const call: Call = { arch: audit[arch], number, arguments: values };
    const own = interpret(program, call);
    const other = wanted(host, seccomp, asked, interpret(theirs, call));
    if (own !== other) {
      const name = engine.nameOf(number, arch) ?? "";
      const rules = seccomp.syscalls?.filter((each) => each.names.includes(name));
      const said = `${arch} ${name} (${number}), ${values.join(", ")}`;
      const text = jsonText([seccomp.defaultAction, rules]);
      assert.is(own.toString(16), other.toString(16), `${said}: ${text}`);
    }
    compared++;
  }
  for (const arch of [0xc00000f3, host === "x86-64" ? audit.aarch64 : audit.x86]) {
    const call: Call = { arch, number: 0, arguments: [] };
    assert.is(interpret(theirs, call), kill_thread);
    assert.is(interpret(program, call), kill_process);
  }
  return compared;
}

test("every call gets the answer of crun, whose filter is that of libseccomp", {
  needs: ["root", "busybox", "crun", "python3", "x64"],
  timeout_ms: 120_000,
}, () => {
  const asked = fc.sample(profile("x86-64"), full ? 40 : 12);
  const made = libseccompFilters("x86-64", asked);
  let profiles = 0;
  for (const [i, seccomp] of asked.entries()) {
    const theirs = crunFilter(seccomp);
    assert.equal(theirs, made[i] && Buffer.from(made[i]));
    if (theirs === undefined) continue;
    profiles++;
    compare("x86-64", seccomp, theirs);
  }
  assert.ok(profiles >= asked.length / 2, `${profiles} profiles`);
});

/** The names of all calls that both sides know: those of libseccomp 2.5.4 end at 450, and lack two below. */
const later = ["uretprobe", "uprobe"];
const known = (["x86-64", "x32", "x86", "aarch64", "arm"] as const).flatMap((arch) =>
  Array.from({ length: 451 }, (_, i) => engine.nameOf(arch === "x32" ? x32 + i : i, arch) ?? ""),
);
const all = [...new Set(known)].filter((name) => name !== "" && !later.includes(name));

for (const host of ["x86-64", "aarch64"] as const) {
  test(`every call of ${host} gets the answer of libseccomp`, {
    needs: ["crun", "python3"],
    timeout_ms: 180_000,
  }, () => {
    const asked = fc.sample(fc.oneof(profile(host), anyProfile(host, all)), full ? 300 : 60);
    const made = libseccompFilters(host, asked);
    let [profiles, compared] = [0, 0];
    for (const [i, seccomp] of asked.entries()) {
      const theirs = made[i];
      if (theirs === undefined) continue;
      profiles++;
      compared += compare(host, seccomp, theirs);
    }
    assert.ok(profiles >= asked.length / 2 && compared > 500 * profiles, `${profiles} profiles`);
  });
}

test.run();
