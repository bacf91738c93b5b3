import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import {
  type CgroupsFacts,
  type CgroupsPlan,
  type CgroupsWrite,
  ComponentError,
} from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { cgroupsFacts, current, resources } from "./arbitrary.ts";

const test = topic("cgroup plans");

/** The file's first word names the controller, but for `cpu`, which has a controller `cpuset` beside it. */
function controllerOf(file: string): string {
  return file.split(".")[0] ?? "";
}

function isSingle(file: string): boolean {
  return !/throttle|weight_device|^io\.|ifpriomap|^rdma/.test(file);
}

function isUnified({ pointer }: { pointer: string }): boolean {
  return pointer.startsWith("/linux/resources/unified/");
}

/** Nothing is written where its controller is not, or where wrun may not write. */
function checkWrites(writes: CgroupsWrite[], facts: CgroupsFacts): void {
  for (const { hierarchy, file } of writes) {
    const at = facts.hierarchies[hierarchy];
    const isCore = at?.unified && file.startsWith("cgroup.");
    assert.ok(isCore || at?.controllers.includes(controllerOf(file)), `${file} in ${hierarchy}`);
    assert.is.not(at?.writable, "none");
  }
}

function check(plan: CgroupsPlan, facts: CgroupsFacts): void {
  checkWrites(plan.writes, facts);
  for (const { hierarchy, file } of plan.writes) {
    const at = facts.hierarchies[hierarchy];
    assert.ok(
      plan.places.some((place) => place.hierarchy === hierarchy),
      `${file} without a place`,
    );
    const v1 = /_in_bytes|cfs_|shares|rt_|blkio|net_|swappiness|oom_control|use_hier/.test(file);
    const v2 = /memory\.(max|swap\.max|low|high)|cpu\.(max|weight)|^io\.|^cgroup/.test(file);
    assert.is(at?.unified ? v1 : v2, false, `${file} is of the other version`);
  }
  for (const { hierarchy, path, base, enable } of plan.places) {
    const at = facts.hierarchies[hierarchy];
    assert.is.not(at?.writable, "none");
    assert.ok(path.startsWith(base) && path.length > base.length, `${path} below ${base}`);
    assert.not.match(path, /\/\.\.?(\/|$)|\/\/|\/$/);
    assert.ok(enable.every((name) => at?.unified && at.controllers.includes(name)));
  }
  // Files with a line for each device or page size, and unified, which comes last, are written more than once.
  const single = plan.writes.filter(({ file, why }) => isSingle(file) && !isUnified(why));
  assert.is(new Set(single.map(({ file }) => file)).size, single.length);
  const first = plan.writes.findIndex(({ why }) => isUnified(why));
  assert.ok(plan.writes.slice(first).every(({ why }) => first < 0 || isUnified(why)));
}

test("nothing is written where its controller is not, and everything below wrun's places", () => {
  let [plans, refusals] = [0, 0];
  const path = fc.constantFrom("", "a/b", "/a/b", "../a", "/own/a");
  const property = fc.property(resources, path, cgroupsFacts, (asked, path, facts) => {
    try {
      check(policy().cgroups.decide(asked, path, "box", facts), facts);
      plans++;
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      assert.ok((error.payload as unknown[]).length > 0);
      refusals++;
    }
  });
  fc.assert(property, { numRuns: 1500 });
  assert.ok(plans > 50 && refusals > 50, `${plans} plans, ${refusals} refusals`);
});

test("an update writes nothing where its controller is not", () => {
  let [plans, refusals] = [0, 0];
  const property = fc.property(resources, current, cgroupsFacts, (asked, values, facts) => {
    try {
      checkWrites(policy().cgroups.update(asked, values, facts).writes, facts);
      plans++;
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      refusals++;
    }
  });
  fc.assert(property, { numRuns: 1000 });
  assert.ok(plans > 50 && refusals > 50, `${plans} plans, ${refusals} refusals`);
});

test("a sensible wish is granted wherever the controllers are", () => {
  const asked = {
    memory: { limit: 64n << 20n, swap: 64n << 20n },
    cpu: { shares: 512n, quota: 50000n, cpus: "0", mems: "0" },
    pids: 20n,
  };
  const property = fc.property(cgroupsFacts, (facts) => {
    const able = ["memory", "cpu", "cpuset", "pids"].every(
      (name) => facts.hierarchies.find((h) => h.controllers.includes(name))?.writable === "root",
    );
    fc.pre(able && facts.swap);
    const files = policy()
      .cgroups.decide(asked, "", "box", { ...facts, cpus: 1 })
      .writes.map(({ file }) => file);
    assert.is(files.length, 7);
  });
  fc.assert(property, { numRuns: 50, maxSkipsPerRun: 1000 });
});

test.run();
