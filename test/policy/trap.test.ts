/** A trap of the engine ends one call, not the process's use of it. */
import * as assert from "uvu/assert";
import { adjustCapabilities, defaultCapabilities } from "../../runtime/policy/capability.ts";
import { policy } from "../../runtime/policy/policy.ts";
import { collect } from "../../runtime/policy/problem.ts";
import { topic } from "../harness.ts";

const test = topic("a trap of the engine");

test("the next call gets a new engine", () => {
  const before = policy();
  assert.throws(
    () =>
      collect("capabilities", [], () => {
        throw new Error("unreachable");
      }),
    /unreachable/,
  );
  assert.is.not(policy(), before);
  assert.equal(adjustCapabilities(undefined, [], []), defaultCapabilities());
});

test("a problem keeps the engine", () => {
  const before = policy();
  assert.throws(() => adjustCapabilities(undefined, ["CAP_NOPE"], []), /CAP_NOPE/);
  assert.is(policy(), before);
});

test.run();
