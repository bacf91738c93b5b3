/** The engine answers whatever it is asked: with a decision or with problems, never with a trap, and forgets it again. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import { ComponentError, type Problem } from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import * as any from "./arbitrary.ts";

const test = topic("policy on any input");

/** Problems have a sentence of one line without a full stop, and a pointer or none. */
function isProblem({ pointer, message, hint }: Problem): boolean {
  const lines = ![...message, ...hint].some((char) => char < " " || char === "\u007f");
  return lines && message !== "" && !message.endsWith(".") && /^(\/|$)/.test(pointer);
}

function answers(ask: () => unknown): void {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const problems = [error.payload].flat() as Problem[];
    assert.ok(problems.length > 0 && problems.length <= 64);
    for (const problem of problems) assert.ok(isProblem(problem), JSON.stringify(problem));
  }
}

const { namespaces, idMaps, cgroups, capabilities, seccomp } = policy();
const runs = { numRuns: 500 };

test("namespaces", () => {
  const property = fc.property(
    any.requests,
    any.needs,
    any.namespacesFacts,
    (requests, needs, host) => answers(() => namespaces.decide(requests, needs, host)),
  );
  fc.assert(property, runs);
});

test("id maps", () => {
  const { mappings, extents, number, idMapsFacts } = any;
  const which = fc.constantFrom("uid" as const, "gid" as const);
  const property = fc.property(
    which,
    mappings,
    extents,
    number,
    idMapsFacts,
    (which, map, taken, id, host) => {
      answers(() => idMaps.validate(map, host.pageSize, "/x").every(isProblem));
      answers(() => idMaps.cut(id, host.subuids, taken));
      answers(() => idMaps.automatic(which, id, taken, host));
      answers(() => idMaps.explicit(which, map, host, "/x"));
      answers(() => [idMaps.toHost(id, map), idMaps.toContainer(id, map), idMaps.text(map)]);
    },
  );
  fc.assert(property, runs);
});

test("cgroups", () => {
  const { resources, text, cgroupsFacts } = any;
  const property = fc.property(resources, text, text, cgroupsFacts, (asked, path, id, host) =>
    answers(() => cgroups.decide(asked, path, id, host)),
  );
  fc.assert(property, runs);
});

test("cgroup updates, whatever the files read", () => {
  const { resources, current, cgroupsFacts } = any;
  const property = fc.property(resources, current, cgroupsFacts, (asked, values, host) => {
    answers(() => cgroups.update(asked, values, host));
    for (const frozen of [true, false]) answers(() => cgroups.freeze(frozen, host));
    for (const { hierarchy, name } of cgroups.reads(host)) {
      const controllers = host.hierarchies[hierarchy]?.controllers ?? [];
      assert.ok(controllers.includes(name.split(".")[0] ?? ""), name);
    }
  });
  fc.assert(property, runs);
});

test("capabilities", () => {
  const { names, sets, capabilitiesFacts } = any;
  const property = fc.property(sets, names, capabilitiesFacts, (asked, list, host) => {
    answers(() => capabilities.adjust(list, asked.bounding, asked.permitted));
    const { warnings, ...plan } = capabilities.decide(asked, host);
    assert.ok(warnings.every(isProblem));
    const isWithin = (mask: bigint, bound: bigint) => (mask & ~bound) === 0n;
    assert.ok(isWithin(plan.effective, plan.permitted));
    assert.ok(isWithin(plan.ambient, plan.permitted & plan.inheritable));
    assert.ok(isWithin(plan.inheritable, plan.bounding));
    assert.ok(isWithin(plan.bounding | plan.permitted, host.available));
  });
  fc.assert(property, runs);
});

test("system calls", () => {
  const arch = fc.constantFrom(...(["x86-64", "x86", "x32", "aarch64", "arm"] as const));
  const action = fc.constantFrom(...(["errno", "allow", "notify", "trace", "trap"] as const));
  const errno = fc.option(any.number, { nil: undefined });
  const condition = fc.record({
    index: fc.oneof(fc.nat({ max: 5 }), any.number),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    valueTwo: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    op: fc.constantFrom(...(["ne", "lt", "masked-eq"] as const)),
  });
  const rule = fc.record({
    names: fc.array(fc.oneof(any.text, fc.constantFrom("read", "write", "socket"))),
    action,
    errno,
    conditions: fc.array(condition),
  });
  const profile = fc.record({
    defaultAction: action,
    defaultErrno: errno,
    architectures: fc.array(arch),
    filterFlags: fc.record({ tsync: fc.boolean(), waitKillableRecv: fc.boolean() }),
    rules: fc.array(rule),
  });
  const property = fc.property(
    profile,
    arch,
    arch,
    any.number,
    any.text,
    (val, on, of, nr, name) => {
      const source = { tag: "spec" as const, val };
      answers(() => assert.ok(seccomp.decide(source, on).warnings.every(isProblem)));
      answers(() => seccomp.explain(source, on, of, nr, new BigUint64Array(nr % 9)));
      answers(() => [seccomp.numberOf(name, of), seccomp.nameOf(nr, of)]);
    },
  );
  fc.assert(property, runs);
});

test("an input that is wrong in 20,000 places is answered briefly", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({
    containerId: i % 7,
    hostId: 5,
    size: 0,
  }));
  assert.is(idMaps.validate(many, 4096, "").length, 1);
  const requests = many.map(() => ({ kind: "pid" as const, path: "x" }));
  const needs = { hostname: true, domainname: true, idMappings: true, timeOffsets: true };
  const host = { supported: {}, privileged: false, userAllowed: false, userDeniedBy: "" };
  const sysctl = many.map(({ containerId }) => `net.${containerId}`);
  answers(() => namespaces.decide(requests, { ...needs, sysctl }, host));
  const names = many.map(({ containerId }) => `CAP_${containerId}`);
  answers(() => capabilities.adjust(names, names, names));
  const sets = {
    bounding: names,
    effective: names,
    permitted: names,
    inheritable: [],
    ambient: [],
  };
  assert.is(capabilities.decide(sets, { last: 40, available: 0n }).warnings.length, 64);
});

test.run();
