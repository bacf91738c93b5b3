/** Rules on devices against what the kernel makes of the answer. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { ComponentError, type DevicesPlan, type DevicesRule } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { type Access, DeviceCgroup, interpret, isAllowed, unreachable } from "./device-model.ts";

const test = topic("policy on devices");
const { devices } = policy();

const host = { privileged: true, userNamespace: false };
const everything = { read: true, write: true, mknod: true };

/** Few numbers, so that rules meet; the large ones would be negative in 32 bits. */
const major = fc.constantFrom(undefined, 1, 8, 0x80000001, 0xfffffffe);
const minor = fc.constantFrom(undefined, 0, 3, 0x80000001);

const rule: fc.Arbitrary<DevicesRule> = fc.record({
  allow: fc.boolean(),
  kind: fc.constantFrom("all" as const, "char" as const, "block" as const),
  major,
  minor,
  access: fc
    .record({ read: fc.boolean(), write: fc.boolean(), mknod: fc.boolean() })
    .filter(({ read, write, mknod }) => read || write || mknod),
});

const rules = fc.array(rule, { maxLength: 8 });

const accesses: Access[] = ["char" as const, "block" as const].flatMap((node) =>
  [1, 8, 136, 0x80000001, 0xfffffffe].flatMap((a) =>
    [0, 3, 0x80000001].flatMap((b) =>
      ["r", "w", "m", "rw", "rwm"].map((letters) => ({
        node,
        major: a,
        minor: b,
        letters,
      })),
    ),
  ),
);

/** Undefined where cgroup v1 cannot express it, which must be said. */
function decide(
  given: DevicesRule[],
  where: { v1?: number; v2?: number },
): DevicesPlan | undefined {
  try {
    return devices.decide(given, { ...host, v1: undefined, v2: undefined, ...where });
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const [problem] = error.payload as { code: string }[];
    assert.is(problem?.code, "unsupported");
    assert.is(where.v2, undefined);
    return undefined;
  }
}

test("the program of v2 decides as the rules do", () => {
  const property = fc.property(rules, (given) => {
    const plan = decide(given, { v2: 3 });
    if (plan?.means === "none") return accesses.every((access) => isAllowed(given, access));
    assert.equal(unreachable(plan?.program as Uint8Array), []);
    return accesses.every(
      (access) => interpret(plan?.program as Uint8Array, access) === isAllowed(given, access),
    );
  });
  fc.assert(property, { numRuns: 500 });
});

test("the writes of v1 come to the same as the rules, or are refused", () => {
  let refused = 0;
  let made = 0;
  const property = fc.property(rules, (given) => {
    const plan = decide(given, { v1: 3 });
    if (plan === undefined) {
      refused++;
      return true;
    }
    made++;
    const cgroup = new DeviceCgroup();
    for (const { file, value } of plan.writes) cgroup.write(file, value);
    return accesses.every((access) => cgroup.isAllowed(access) === isAllowed(given, access));
  });
  fc.assert(property, { numRuns: 500 });
  assert.ok(refused > 25 && made > 100, `${refused} refused, ${made} made`);
});

test("what names single devices can always be expressed by v1", () => {
  const single = rule.map((one) => ({ ...one, major: one.major ?? 9, minor: one.minor ?? 7 }));
  const all = fc.constant<DevicesRule>({ allow: false, kind: "all", access: everything });
  const property = fc.property(all, fc.array(single, { maxLength: 8 }), (first, given) => {
    return decide([first, ...given], { v1: 0 }) !== undefined;
  });
  // A denied mknod is allowed again by the rule that every container ends with, so nothing is left to deny.
  fc.assert(property, { numRuns: 300 });
});

test("what is explained is what is decided", () => {
  const property = fc.property(rules, fc.constantFrom(...accesses), (given, access) => {
    const { node, letters } = access;
    const asked = {
      read: letters.includes("r"),
      write: letters.includes("w"),
      mknod: letters.includes("m"),
    };
    const verdicts = devices.explain(given, node, access.major, access.minor, asked);
    for (const { rule: index, allow } of verdicts) {
      if (index !== undefined) assert.is(given[index]?.allow, allow);
    }
    const named = (key: "read" | "write" | "mknod") =>
      verdicts.filter((verdict) => verdict.access[key]).length;
    for (const key of ["read", "write", "mknod"] as const)
      assert.is(named(key), asked[key] ? 1 : 0);
    return verdicts.every(({ allow }) => allow) === isAllowed(given, access);
  });
  fc.assert(property, { numRuns: 500 });
});

test("rules that decide nothing are left out", () => {
  const deny: DevicesRule = { allow: false, kind: "all", access: everything };
  const many = Array.from({ length: 500 }, (_, i): DevicesRule => {
    return { allow: true, kind: "block", major: i, minor: undefined, access: everything };
  });
  const least = decide([deny], { v2: 0 });
  assert.equal(decide([...many, deny], { v2: 0 })?.program, least?.program);
  assert.equal(decide([deny, deny, ...many, deny], { v2: 0 })?.program, least?.program);
  assert.is(decide([deny, ...many, ...many], { v2: 0 })?.rules.length, 511);
});

test("rules that cross in too many places are refused on v1, and soon", () => {
  const crossing = Array.from({ length: 1024 }, (_, i): DevicesRule => {
    const numbers = i % 2 ? { major: i, minor: undefined } : { major: undefined, minor: i };
    return { allow: i % 3 === 0, kind: "all", ...numbers, access: everything };
  });
  assert.throws(
    () => devices.decide(crossing, { ...host, v1: 0, v2: undefined }),
    (error: ComponentError) => (error.payload as { code: string }[])[0]?.code === "too-many",
  );
  assert.ok(decide(crossing, { v2: 0 }));
});

test.run();
