/** What holds for every launch program, whatever the spec and the host: the order in which rights come and go. */
import * as assert from "uvu/assert";
import * as kernel from "../../runtime/launch/table-kernel.ts";
import { topic } from "../harness.ts";
import { type Call, holds, lowest, prctl } from "./asked.ts";

const test = topic("launch order");

holds(test, "both processes die with wrun, before they do anything else", (asked) => {
  const dies = prctl(kernel.PR_SET_PDEATHSIG, 9);
  assert.is(asked.first("prctl", 0, dies), 1);
  assert.is(asked.first("prctl", asked.second, dies), asked.second);
});

holds(test, "the first process reports the clone, and ends", (asked) => {
  const { steps } = asked.program;
  const clone = asked.first("clone3");
  assert.ok(asked.word((steps[clone] as Call).args[0], 0) & kernel.CLONE_PARENT);
  const between = steps.slice(clone + 1, asked.second);
  const kinds = between.map((step) => (step.kind === "call" ? step.call : step.kind));
  assert.equal(kinds, ["jump", "store", "write", "exit_group"]);
  assert.is((between[3] as Call).args[0], 0);
  assert.is(asked.calls("clone3").length, 1);
});

holds(test, "namespaces are entered in the order that was decided", (asked) => {
  const { joinFirst, joinAfter, user, decisions } = asked.launch.decisions.namespaces;
  const flag = (kind: string) => decisions.find((d) => d.kind === kind)?.flag;
  const joined = asked.calls("setns").map(({ call }) => call.args[1]);
  const own = user === "join" ? ["user"] : [];
  assert.equal(joined, [...joinFirst, ...own, ...joinAfter].map(flag));
  const firstJoin = asked.first("setns");
  // All are opened before the first is joined.
  for (const { at, call } of asked.calls("openat")) {
    if (/\/ns\//.test(asked.text(call.args[1]))) assert.ok(at < firstJoin);
  }
  const unshared = asked.first("unshare", 0, ({ args }) => args[0] === kernel.CLONE_NEWUSER);
  assert.is(unshared >= 0, user === "create");
  if (unshared < 0) return;
  const lastBefore =
    joinFirst.length > 0 ? (asked.calls("setns")[joinFirst.length - 1]?.at ?? 0) : 0;
  assert.ok(unshared > lastBefore && unshared < asked.first("clone3"));
});

holds(test, "rights are dropped in the one order that works", (asked) => {
  const close = asked.first("close_range", asked.second, ({ args }) => args[0] === lowest(asked));
  const uid = asked.first("setresuid", close);
  const gid = asked.first("setresgid", close);
  const caps = asked.first("capset");
  const limits = asked.calls("prlimit64").map(({ at }) => at);
  const drops = asked.calls("prctl").filter(({ call }) => prctl(kernel.PR_CAPBSET_DROP)(call));
  const raises = asked
    .calls("prctl")
    .filter(
      ({ call }) =>
        call.args[1] === kernel.PR_CAP_AMBIENT_RAISE && call.args[0] === kernel.PR_CAP_AMBIENT,
    );
  const cleared = asked.first(
    "prctl",
    0,
    prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL),
  );
  assert.ok(close < gid && gid < uid && uid < caps && caps < cleared);
  for (const at of limits) assert.ok(at > close && at < uid);
  for (const { at } of drops) assert.ok(at < uid);
  for (const { at } of raises) assert.ok(at > cleared);
  for (const { at } of asked.calls("setgroups").slice(-1)) assert.ok(at < gid);
  const keeps = asked.first("prctl", close, prctl(kernel.PR_SET_KEEPCAPS, 1));
  assert.ok(keeps > close && keeps < uid);
  const { bounding, ambient } = asked.launch.decisions.capabilities;
  const { lastCapability } = asked.launch.facts;
  const all = Array.from({ length: lastCapability + 1 }, (_, n) => n);
  const has = (set: bigint) => (n: number) => ((set >> BigInt(n)) & 1n) === 1n;
  assert.equal(
    drops.map(({ call }) => call.args[1]),
    all.filter((n) => !has(bounding)(n)),
  );
  assert.equal(
    raises.map(({ call }) => call.args[2]),
    all.filter(has(ambient)),
  );
});

holds(test, "execve comes last, with no descriptor, and no new privileges when asked", (asked) => {
  const { steps } = asked.program;
  const execve = asked.first("execve");
  const sealed = asked.first("close_range", asked.second, ({ args }) => args[0] === 3);
  // Between them is what has to let execve through, and nothing else.
  for (const step of steps.slice(sealed + 1, execve)) {
    const call = step.kind === "call" ? step.call : step.kind;
    assert.ok(["seccomp", "store", "sendmsg", "close"].includes(call), call);
  }
  assert.equal((steps[sealed] as Call).args, [3, kernel.fd_max, kernel.CLOSE_RANGE_CLOEXEC]);
  assert.ok(asked.first("setresuid", asked.second) < sealed);
  const privileges = asked.first("prctl", asked.second, prctl(kernel.PR_SET_NO_NEW_PRIVS, 1));
  assert.is(
    privileges > 0 && privileges < execve,
    asked.launch.spec.process?.noNewPrivileges === true,
  );
  // It waits for the host first: `start` of a container that was created.
  const wait = asked.first("read", asked.first("umask", asked.first("capset")));
  assert.ok(wait > 0 && wait < sealed);
});

holds(test, "nobody of a namespace that is joined can trace init (CVE-2016-9962)", (asked) => {
  const { decisions } = asked.launch.decisions.namespaces;
  const isJoined = (kind: string) => decisions.some((d) => d.kind === kind && d.action === "join");
  const forbids = asked.first("prctl", 0, prctl(kernel.PR_SET_DUMPABLE, 0));
  assert.is(forbids >= 0, isJoined("pid") || isJoined("user"));
  assert.ok(forbids < asked.first("clone3"));
});

test.run();
