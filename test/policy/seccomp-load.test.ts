/**
 * Filters in the kernel, of every architecture and kind of host that there is a lane for: each one is loaded by a process
 * of its own, init, and asked by it, call after call.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { seccompArch } from "../../runtime/policy/seccomp.ts";
import { errnoName } from "../../shim/errno.ts";
import { startInit } from "../../shim/init.ts";
import { hostArch } from "../../shim/libc.ts";
import { pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import type { Builder } from "../../shim/program/builder.ts";
import { encode, report_bytes } from "../../shim/program/encode.ts";
import { exited } from "../../shim/wait.ts";
import type { SeccompPlan, SeccompProfile, SeccompSource } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { build, purpose, runBytes } from "../program/machine.ts";
import { readVectors } from "./vectors.ts";

const test = topic("seccomp in the kernel", { vm: true });
const arch = seccompArch({ arch: hostArch() });
const pr_set_no_new_privs = 38;
const set_mode_filter = 1;

function load(b: Builder, plan: SeccompPlan): void {
  b.call("prctl", [pr_set_no_new_privs, 1, 0, 0, 0], purpose);
  const header = b.words([plan.program.length / 8, b.bytes(plan.program)]);
  b.call("seccomp", [set_mode_filter, plan.flags, header], purpose);
}

/** Does the kernel take a filter? It may let init do nothing more, neither report nor end. */
async function isTaken(plan: SeccompPlan): Promise<boolean> {
  const bytes = encode(
    build((b) => load(b, plan)),
    hostArch(),
  );
  using init = startInit(bytes, []);
  using pidfd = pidfdOpen(init.pid);
  const stop = new AbortController();
  let reported = false;
  const reading = init.channel.read(report_bytes, stop.signal).then(
    (report) => {
      reported = report !== null;
    },
    () => {},
  );
  try {
    for (;;) {
      const status = readFileSync(`/proc/${init.pid}/status`, "utf8");
      // Its end under the filter: a zombie has no such line any more on some kernels, and was killed by it.
      if (/^Seccomp:\t2$/m.test(status) || /^State:\tZ/m.test(status)) break;
      if (reported) return false;
      await sleep(1);
    }
    return true;
  } finally {
    pidfdSendSignal(pidfd, 9);
    await exited(pidfd);
    stop.abort();
    await reading;
  }
}

/** Loads a filter and makes calls; each has to have its errno, "" for none. Answers with what went wrong, "" for nothing. */
async function ask(plan: SeccompPlan, calls: readonly [number: number, errno: string][]) {
  const numbers = new Map<number, number>();
  let steps = 2;
  const program = build((b) => {
    load(b, plan);
    for (const [number, errno] of calls) {
      const next = b.label("next");
      numbers.set(steps, number);
      b.call("umask", [0, 0, 0], purpose, errno === "" ? {} : { on: { [errno]: next } });
      steps++;
      if (errno !== "") {
        b.fail("ECHILD", purpose);
        steps++;
      }
      b.place(next);
    }
    b.call("exit_group", [0], purpose);
  });
  const bytes = encode(program, hostArch());
  const view = new DataView(bytes.buffer);
  // The calls that init itself never makes have no names there.
  for (const [step, number] of numbers) view.setUint16(24 + 72 * step + 2, number, true);
  const { reports, status } = await runBytes(bytes);
  const [failed] = reports;
  if (failed?.kind !== "failed") return status.exited === 0 ? "" : `it ended by ${status.killed}`;
  const number = numbers.get(failed.step) ?? numbers.get(failed.step - 1);
  return `${number === undefined ? "the filter" : `call ${number}`}: ${errnoName(failed.errno)}`;
}

function decide(source: SeccompSource): SeccompPlan | undefined {
  try {
    return policy().seccomp.decide(source, arch);
  } catch {
    return undefined; // a problem, which is another test's
  }
}

test("the kernel takes every filter of the vectors, and wrun's own", async () => {
  const golden = readVectors("seccomp").cases.flatMap((each): SeccompSource[] =>
    each.function === "decide" || each.function === "explain"
      ? [each.arguments[0] as unknown as SeccompSource]
      : [],
  );
  const own = [0n, 1n << 21n, 1n << 19n, (1n << 41n) - 1n].map(
    (val): SeccompSource => ({ tag: "built-in", val }),
  );
  let loaded = 0;
  const seen = new Set<string>();
  for (const source of [...golden, ...own]) {
    const plan = decide(source);
    const key = plan ? `${plan.flags} ${plan.program}` : "";
    if (!plan || seen.has(key)) continue;
    seen.add(key);
    assert.ok(await isTaken(plan), JSON.stringify(plan.why));
    loaded++;
  }
  assert.ok(loaded > 10, `${loaded} filters`);
});

/** What init needs to go on and to report. */
const needed = ["read", "write", "exit", "exit_group", "restart_syscall"];
/** Without arguments they do nothing that matters, and never fail. */
const harmless = ["getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "umask"];
const number_max = 600;

const profile = fc
  .record({
    errno: fc.constantFrom(1, 33, 71, 95),
    open: fc.subarray(harmless),
    names: fc.uniqueArray(fc.integer({ min: 0, max: 460 }), { maxLength: 120 }),
    other: fc.constantFrom(2, 5, 22, 30),
    conditional: fc.uniqueArray(fc.integer({ min: 0, max: 460 }), { maxLength: 20 }),
  })
  .map(({ errno, open, names, other, conditional }): SeccompProfile => {
    const { seccomp } = policy();
    const named = (numbers: number[]) =>
      numbers
        .map((number) => seccomp.nameOf(number, arch) ?? "")
        .filter((name) => name !== "" && !needed.includes(name) && !harmless.includes(name));
    const rule = { errno: undefined, conditions: [] };
    return {
      defaultAction: "errno",
      defaultErrno: errno,
      architectures: [],
      filterFlags: {},
      rules: [
        { ...rule, names: [...needed, ...open], action: "allow" },
        { ...rule, names: named(names), action: "errno", errno: other },
        {
          names: named(conditional),
          action: "errno",
          errno: 74,
          // Every argument is 0 here.
          conditions: [{ index: 0, value: 0n, valueTwo: 0n, op: "eq" }],
        },
      ].filter((one) => one.names.length > 0) as SeccompProfile["rules"],
    };
  });

test("every number of a call is answered as explain says", { timeout_ms: 120_000 }, async () => {
  const { seccomp } = policy();
  // The kernel asks no filter about uretprobe and uprobe, and answers with SIGILL (seccomp.c, Linux 6.14).
  const skipped = new Set(
    [...needed, "uretprobe", "uprobe"].map((name) => seccomp.numberOf(name, arch)),
  );
  for (const each of fc.sample(profile, { numRuns: 12, seed: 5 })) {
    const source: SeccompSource = { tag: "spec", val: each };
    const calls: [number, string][] = [];
    for (let number = 0; number <= number_max; number++) {
      if (skipped.has(number)) continue;
      const { action, errno } = seccomp.explain(source, arch, arch, number, new BigUint64Array());
      assert.ok(action === "errno" || action === "allow", action);
      calls.push([number, action === "allow" ? "" : errnoName(errno)]);
    }
    assert.is(await ask(seccomp.decide(source, arch), calls), "");
  }
});

test("a filter that the kernel refuses is seen", async () => {
  const plan = policy().seccomp.decide({ tag: "built-in", val: 0n }, arch);
  assert.is(await isTaken({ ...plan, program: plan.program.subarray(0, 8) }), false);
});

test("a wrong answer is seen", async () => {
  const val: SeccompProfile = {
    ...{ defaultAction: "errno", defaultErrno: 1, architectures: [], filterFlags: {} },
    rules: [{ names: [...needed, "getpid"], action: "allow", errno: undefined, conditions: [] }],
  };
  const plan = policy().seccomp.decide({ tag: "spec", val }, arch);
  const number = (name: string) => policy().seccomp.numberOf(name, arch) ?? 0;
  assert.match(await ask(plan, [[number("getpid"), "EPERM"]]), "ECHILD");
  assert.match(await ask(plan, [[number("getuid"), ""]]), "EPERM");
  assert.match(await ask(plan, [[number("getuid"), "EXDEV"]]), "EPERM");
});

test.run();
