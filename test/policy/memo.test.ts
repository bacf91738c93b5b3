/** What was asked before is answered from memory; by content, and by what it was when it was asked. */
import * as assert from "uvu/assert";
import { decide } from "../../runtime/policy/decide.ts";
import { Memo } from "../../runtime/policy/memo.ts";
import type { DeviceRule } from "../../runtime/spec/types.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { workstation } from "../doctor/hosts.ts";
import { topic } from "../harness.ts";

const test = topic("policy memo");

test("the last ones are kept, and failures are not", () => {
  let count = 0;
  const memo = new Memo<{ n: number }, number>(2);
  const ask = (n: number) => memo.get({ n }, () => ++count);
  assert.equal([ask(1), ask(1), ask(2), ask(3), ask(2), ask(1)], [1, 1, 2, 3, 2, 4]);
  const failing = () =>
    memo.get({ n: 9 }, () => {
      throw new Error("no");
    });
  assert.throws(failing);
  assert.is(ask(9), 5);
});

test("rules on devices: equal ones, changed ones, and another host", () => {
  const rule: DeviceRule = { allow: true, type: "c", major: 10, minor: 229, access: "rwm" };
  const plan = (rules: DeviceRule[], facts = workstation.facts) => {
    const linux = { namespaces: [{ type: "mount" as const }], resources: { devices: rules } };
    return decide({ spec: { ociVersion: "1.2.0", linux }, facts, id: "box" }).devices;
  };
  const rules = [{ ...rule }];
  const first = plan(rules);
  assert.is(plan([{ ...rule }]), first);
  (rules[0] as DeviceRule).allow = false;
  assert.not.equal(plan(rules).program, first.program);
  assert.is(plan([{ ...rule }]), first);
  const { cgroup } = workstation.facts;
  const old = cgroup.hierarchies.map((each) => ({
    ...each,
    unified: false,
    controllers: ["devices"],
  }));
  const v1: Facts = {
    ...workstation.facts,
    cgroup: { ...cgroup, version: "v1", hierarchies: old },
  };
  assert.is.not(plan([{ ...rule }], v1), first);
});

test.run();
