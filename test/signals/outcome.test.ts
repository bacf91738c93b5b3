import * as assert from "uvu/assert";
import { outcome } from "../../runtime/signals/outcome.ts";
import { topic } from "../harness.ts";

const test = topic("signals: outcome");

test("an exit code is passed on as it is", () => {
  assert.equal(outcome({ exited: 0 }), { exitCode: 0 });
  assert.equal(outcome({ exited: 255 }), { exitCode: 255 });
});

test("the end by a signal is 128 + n", () => {
  assert.equal(outcome({ killed: 11, core: true }), { exitCode: 139, signal: "SIGSEGV" });
  assert.equal(outcome({ killed: 9, core: false }), { exitCode: 137, signal: "SIGKILL" });
  assert.equal(outcome({ killed: 6, core: false }), { exitCode: 134, signal: "SIGABRT" });
  assert.equal(outcome({ killed: 35, core: false }), { exitCode: 163, signal: "SIGRTMIN+1" });
});

test("SIGKILL in the place of another signal is reported as that", () => {
  assert.equal(outcome({ killed: 9, core: false }, 2), { exitCode: 130, signal: "SIGINT" });
});

test("a container that ended otherwise in the meantime keeps its own end", () => {
  assert.equal(outcome({ exited: 3 }, 2), { exitCode: 3 });
  assert.equal(outcome({ killed: 11, core: false }, 2), { exitCode: 139, signal: "SIGSEGV" });
});

test.run();
