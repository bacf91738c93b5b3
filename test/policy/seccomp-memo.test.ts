/** Filters are compiled once for equal profiles; a profile that was changed is another one. */
import * as assert from "uvu/assert";
import { seccompPlan } from "../../runtime/policy/seccomp.ts";
import type { Seccomp } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";

const test = topic("policy seccomp-memo");

const profile = (): Seccomp => ({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: ["chmod"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }],
});

test("an equal profile gives the same filter, as an object", () => {
  const first = seccompPlan(profile(), false, 0n, "x86-64");
  assert.is(seccompPlan(profile(), false, 1n, "x86-64"), first);
});

test("a profile that its owner has changed gives another one", () => {
  const own = profile();
  const before = seccompPlan(own, false, 0n, "x86-64");
  own.syscalls?.[0]?.names.push("chown");
  const after = seccompPlan(own, false, 0n, "x86-64");
  assert.not.equal(after?.program, before?.program);
  assert.is(seccompPlan(profile(), false, 0n, "x86-64"), before);
});

test("every part of a profile counts", () => {
  const base = seccompPlan(profile(), false, 0n, "x86-64");
  const rule = { names: ["chmod"], action: "SCMP_ACT_ERRNO" as const, errnoRet: 1 };
  const others: Seccomp[] = [
    { ...profile(), defaultAction: "SCMP_ACT_LOG" },
    { ...profile(), architectures: ["SCMP_ARCH_X86"] },
    { ...profile(), flags: ["SECCOMP_FILTER_FLAG_LOG"] },
    { ...profile(), syscalls: [{ ...rule, errnoRet: 2 }] },
    { ...profile(), syscalls: [{ ...rule, names: ["chown"] }] },
    { ...profile(), syscalls: [{ ...rule, args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }] }] },
    { ...profile(), syscalls: [rule, { ...rule, names: ["chown"] }] },
  ];
  for (const other of others) assert.is.not(seccompPlan(other, false, 0n, "x86-64"), base);
  assert.is.not(seccompPlan(profile(), false, 0n, "aarch64"), base);
});

test("wrun's own filter depends on the capabilities", () => {
  const none = seccompPlan(undefined, true, 0n, "x86-64");
  assert.is(seccompPlan(undefined, true, 0n, "x86-64"), none);
  assert.is.not(seccompPlan(undefined, true, 1n << 21n, "x86-64"), none);
  assert.is(seccompPlan(undefined, false, 0n, "x86-64"), null);
});

test.run();
