import fc from "fast-check";
import * as assert from "uvu/assert";
import { policy } from "../../runtime/policy/policy.ts";
import {
  ComponentError,
  type NamespacesPlan,
  type NamespacesRequest,
} from "../../wasm/generated/host.js";
import { topic } from "../harness.ts";
import { namespacesFacts, requests } from "./arbitrary.ts";

const test = topic("namespace plans");
const [new_time, new_cgroup, new_user] = [0x80, 0x02000000, 0x10000000];

function check(plan: NamespacesPlan, asked: NamespacesRequest[], isRoot: boolean): void {
  const { decisions, joinFirst, joinAfter, user, unshare, clone, unshareInside } = plan;
  assert.is(new Set(decisions.map(({ kind }) => kind)).size, 8);
  const made = decisions.filter(({ action }) => action === "create");
  // Every namespace is made at exactly one moment.
  const all = (user === "create" ? new_user : 0) + unshare + clone + unshareInside;
  assert.is(
    all,
    made.reduce((sum, { flag }) => sum + flag, 0),
  );
  assert.is(clone & (new_user | new_time | new_cgroup), 0);
  const joins = [...joinFirst, ...joinAfter];
  const wanted = decisions.filter(({ kind, action }) => action === "join" && kind !== "user");
  assert.equal([...joins].sort(), wanted.map(({ kind }) => kind).sort());
  if (joins.includes("mount")) assert.is(joins.at(-1), "mount");
  if (joinAfter.length > 0) assert.ok(user === "join" && !isRoot);
  for (const { kind, path } of asked) {
    const decision = decisions.find((each) => each.kind === kind);
    assert.is(decision?.action, path === undefined ? "create" : "join");
    assert.is(decision?.path, path ?? "");
  }
}

test("what is asked for is made or joined once, at one moment", () => {
  let plans = 0;
  const nothing = {
    hostname: false,
    domainname: false,
    idMappings: false,
    timeOffsets: false,
    sysctl: [],
  };
  const property = fc.property(requests, namespacesFacts, (asked, facts) => {
    const host = { ...facts, userAllowed: true };
    const mount = asked.some(({ kind }) => kind === "mount") ? [] : [{ kind: "mount" as const }];
    try {
      const wanted = [...asked, ...mount];
      check(policy().namespaces.decide(wanted, nothing, host), wanted, host.privileged);
      plans++;
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
    }
  });
  fc.assert(property, { numRuns: 1000 });
  assert.ok(plans > 100, `${plans} plans`);
});

test.run();
