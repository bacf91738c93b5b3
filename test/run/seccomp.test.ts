/** Filters in the kernel: what a program in a container is answered. */
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import { policy } from "../../runtime/policy/policy.ts";
import { seccompArch, seccompProfile } from "../../runtime/policy/seccomp.ts";
import type { Seccomp, SeccompRule } from "../../runtime/spec/types.ts";
import { hostArch } from "../../shim/libc.ts";
import { topic } from "../harness.ts";
import { audit, interpret } from "../policy/seccomp-model.ts";
import { bundle } from "./bundle.ts";
import { launch, output, refusal } from "./launch.ts";
import { makeRootfs, temporary } from "./rootfs.ts";

const test = topic("seccomp");
const needs = ["root", "busybox"] as const;
const native = hostArch() === "x64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
const arch = seccompArch({ arch: hostArch() });

/** Makes calls: `probe NUMBER ARG...`, and prints result and errno of each; `.` starts the next one. */
const probe = `
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  for (int at = 1; at < argc;) {
    long a[7] = {0};
    int n = 0;
    for (; at < argc && strcmp(argv[at], "."); at++) if (n < 7) a[n++] = (long)strtoull(argv[at], 0, 0);
    at++;
    errno = 0;
    long result = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    printf("%d\\n", result < 0 ? errno : 0);
    fflush(stdout);
  }
}
`;

let root: string | undefined;

/** The busybox with the probe in it. */
function probeRoot(): string {
  if (root !== undefined) return root;
  const directory = temporary("probe");
  writeFileSync(join(directory, "probe.c"), probe);
  const made = join(directory, "probe");
  execFileSync("gcc", ["-O1", "-static", "-o", made, join(directory, "probe.c")]);
  root = makeRootfs();
  copyFileSync(made, join(root, "bin/probe"));
  return root;
}

type Call = [name: string, ...values: (number | bigint)[]];

/** The errno of each call, 0 for one that succeeds. */
async function errnos(calls: Call[], options: RunOptions = {}): Promise<number[]> {
  const words = calls.map(([name, ...values]) =>
    [/^\d+$/.test(name) ? name : policy().seccomp.numberOf(name, arch), ...values].join(" "),
  );
  const text = await output(`/bin/probe ${words.join(" . ")}`, { rootfs: probeRoot(), ...options });
  return text.trim().split("\n").map(Number);
}

const [EPERM, EFAULT, EINVAL, ENOSYS] = [1, 14, 22, 38] as const;

test("a container has a filter, with no_new_privs and without, for root and for others", {
  needs,
}, async () => {
  const filters = "grep ^Seccomp: /proc/self/status";
  const all: RunOptions[] = [
    {},
    { noNewPrivileges: false },
    { user: "1000:1000" },
    { user: "1000:1000", noNewPrivileges: false, capDrop: ["ALL"] },
    { userns: "auto" },
    { userns: "auto", noNewPrivileges: false },
  ];
  for (const options of all)
    assert.is(await output(filters, options), "Seccomp:\t2\n", JSON.stringify(options));
  assert.is(await output(filters, { seccomp: "unconfined" }), "Seccomp:\t0\n");
  assert.is(await output(filters, { bundle: bundle((spec) => spec) }), "Seccomp:\t0\n");
  const named = { bundle: bundle((spec) => spec), seccomp: "default" };
  assert.is(await output(filters, named), "Seccomp:\t2\n");
});

test("wrun's own profile, asked of the kernel", { needs: [...needs, "gcc"] }, async () => {
  const high = 1n << 32n;
  const calls: Call[] = [
    ["getpid"],
    ["socket", 1, 1, 0],
    ["socket", high + 1n, 1, 0],
    ["socket", 38, 5, 0],
    ["socket", high + 38n, 5, 0],
    ["socket", 40, 1, 0],
    ["ioctl", 0, 0x5412, 0],
    ["ioctl", 0, high + 0x5412n, 0],
    ["ioctl", 0, 0x541c, 0],
    ["clone3", 0, 0],
    ["clone", 0x10000011, 0],
    ["unshare", 0x20000],
    ["mount", 0, 0, 0, 0],
    ["keyctl", 0, 0],
    ["io_uring_setup", 1, 0],
    ["bpf", 0, 0, 0],
    ["userfaultfd", 0],
    ["perf_event_open", 0],
    ["personality", 0xffffffff],
    ["personality", 0x40000],
    ["600"],
    ["470"],
  ];
  const answers = await errnos(calls);
  const wanted = [
    ...[0, 0, 0, EPERM, EPERM, EPERM, EPERM, EPERM, EPERM, ENOSYS, EPERM, EPERM, EPERM, EPERM],
    ...[EPERM, EPERM, EPERM, EPERM, 0, EPERM, ENOSYS, ENOSYS],
  ];
  assert.equal(answers, wanted);
  // Without the filter the kernel itself has other answers, so that they were the filter's.
  const open = await errnos(calls, { seccomp: "unconfined", capAdd: ["SYS_ADMIN"] });
  assert.is(open[6] === EPERM, false);
  assert.is(open[9], EINVAL);
  assert.is(open[12], EFAULT);
});

test("a capability opens its calls", { needs: [...needs, "gcc"] }, async () => {
  const calls: Call[] = [
    ["mount", 0, 0, 0, 0],
    ["unshare", 0x4000000],
    ["clone3", 0, 0],
  ];
  assert.equal(await errnos(calls), [EPERM, EPERM, ENOSYS]);
  assert.equal(await errnos(calls, { capAdd: ["SYS_ADMIN"] }), [EFAULT, 0, EINVAL]);
});

test("calls of x32 and of i386 kill the process", { needs: [...needs, "gcc", "x64"] }, async () => {
  for (const number of [0x40000000 + 39, 0x40000000 + 512]) {
    const { exitCode, signal } = await launch(`exec /bin/probe ${number}`, {
      rootfs: probeRoot(),
      reject: false,
    });
    assert.ok(signal === "SIGSYS" || exitCode === 128 + 31, `${exitCode} ${signal}`);
  }
});

/** A profile in a bundle: it allows all but what the rules say. */
const withRules = (syscalls: SeccompRule[], more: Partial<Seccomp> = {}): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  architectures: [native],
  syscalls,
  ...more,
});

test("every action does in the kernel what it says", { needs: [...needs, "gcc"] }, async () => {
  const seccomp = withRules([
    { names: ["getppid"], action: "SCMP_ACT_ERRNO" },
    { names: ["getuid"], action: "SCMP_ACT_ERRNO", errnoRet: 42 },
    { names: ["geteuid"], action: "SCMP_ACT_ERRNO", errnoRet: 0 },
    { names: ["getgid"], action: "SCMP_ACT_TRACE", errnoRet: 7 },
    { names: ["getegid"], action: "SCMP_ACT_LOG" },
    { names: ["getpgid"], action: "SCMP_ACT_KILL_PROCESS" },
    { names: ["getsid"], action: "SCMP_ACT_KILL" },
    { names: ["sync"], action: "SCMP_ACT_TRAP" },
  ]);
  const given = bundle((spec) => ({ ...spec, linux: { ...spec.linux, seccomp } }), {
    rootfs: probeRoot(),
  });
  const calls: Call[] = [["getppid"], ["getuid"], ["geteuid"], ["getgid"], ["getegid"], ["getpid"]];
  assert.equal(await errnos(calls, { bundle: given }), [1, 42, 0, ENOSYS, 0, 0]);
  for (const name of ["getpgid", "getsid", "sync"]) {
    const number = policy().seccomp.numberOf(name, arch);
    const ended = await launch(`exec /bin/probe ${number}`, { bundle: given, reject: false });
    assert.ok(ended.signal === "SIGSYS" || ended.exitCode === 159, `${name}: ${ended.exitCode}`);
  }
});

test("the kernel answers arguments as the filter was read to", {
  needs: [...needs, "gcc"],
}, async () => {
  const corners = [0n, 1n, 0x28n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, 2n ** 64n - 1n];
  const ops = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"] as const;
  // mlock2(addr, len, flags): with flags that nobody knows it does nothing but EINVAL.
  const number = policy().seccomp.numberOf("mlock2", arch) ?? 0;
  for (const op of ops) {
    const value = op === "MASKED_EQ" ? 0xff00000001 : 0x80000000;
    const args = [{ index: 0, op: `SCMP_CMP_${op}` as const, value, valueTwo: 1 }];
    const seccomp = withRules([
      { names: ["mlock2"], action: "SCMP_ACT_ERRNO", errnoRet: 77, args },
    ]);
    const given = bundle((spec) => ({ ...spec, linux: { ...spec.linux, seccomp } }), {
      rootfs: probeRoot(),
    });
    const { program } = policy().seccomp.decide(
      { tag: "spec", val: seccompProfile(seccomp) },
      arch,
    );
    const wanted = corners.map((corner) =>
      interpret(program, { arch: audit[arch], number, arguments: [corner, 0n, 0xff00n] }) ===
      0x7fff0000
        ? EINVAL
        : 77,
    );
    const calls = corners.map((corner): Call => ["mlock2", corner, 0, 0xff00]);
    assert.equal(await errnos(calls, { bundle: given }), wanted, op);
  }
});

test("a filter that the kernel refuses is an error that says so", { needs }, async () => {
  const many = Array.from({ length: 1500 }, (_, i): SeccompRule => {
    const args = [{ index: 0, op: "SCMP_CMP_EQ" as const, value: i * 2 ** 33 }];
    return { names: ["ptrace"], action: "SCMP_ACT_LOG", args };
  });
  const given = bundle((spec) => ({ ...spec, linux: { ...spec.linux, seccomp: withRules(many) } }));
  const error = await refusal(launch("true", { bundle: given }));
  assert.is(error.code, "ERR_SECCOMP");
  assert.match(error.message, "4096 instructions");
  assert.is(error.pointer, "/linux/seccomp/syscalls");
});

test("a profile in a file, in Docker's format", { needs: [...needs, "gcc"] }, async () => {
  const file = join(temporary("profile"), "profile.json");
  const only = (caps: string[]) => ({
    names: ["getppid"],
    action: "SCMP_ACT_ERRNO",
    errnoRet: 5,
    includes: { caps },
  });
  writeFileSync(
    file,
    JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      archMap: [{ architecture: native, subArchitectures: null }],
      syscalls: [only(["CAP_SYS_TIME"]), { name: "getuid", action: "SCMP_ACT_ERRNO", args: null }],
    }),
  );
  assert.equal(await errnos([["getppid"], ["getuid"]], { seccomp: file }), [0, EPERM]);
  const more = { seccomp: file, capAdd: ["SYS_TIME"] };
  assert.equal(await errnos([["getppid"], ["getuid"]], more), [5, EPERM]);
});

test.run();
