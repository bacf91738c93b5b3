/** Many containers at once, by several processes: each goes through its whole life, and nothing is lost or left. */
import { once } from "node:events";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { list } from "../../runtime/lifecycle/list.ts";
import { pause, resume } from "../../runtime/lifecycle/pause.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { reapOrphans } from "../../runtime/state/remove.ts";
import { topic } from "../harness.ts";
import { isJob, type Jobs } from "../run/account.ts";
import { refusal, until } from "../run/launch.ts";
import { cgroups, processes } from "../run/trace.ts";
import { peer } from "../state/place.ts";
import { created, wrun } from "./place.ts";

const test = topic("crowd");
const needs = ["root", "busybox"] as const;

async function life(name: string): Promise<void> {
  const { id, pid } = await created("exec sleep 1000", { name });
  assert.equal([state(id).status, state(id).pid], ["created", pid]);
  await start(id);
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  const said = await Promise.all([0, 1].map(() => exec(id, { args: ["/bin/echo", id] })));
  assert.equal(
    said.map(({ stdout }) => stdout),
    [`${id}\n`, `${id}\n`],
  );
  await pause(id);
  assert.equal([state(id).status, state(id).pid], ["paused", pid]);
  const paused = await refusal(exec(id, { args: ["/bin/true"] }));
  assert.is(paused.code, "ERR_STATE_WRONG");
  await resume(id);
  const twice = await Promise.allSettled([start(id), kill(id, "KILL")]);
  assert.equal(
    twice.map(({ status }) => status),
    ["rejected", "fulfilled"],
  );
  await until(() => state(id).status === "stopped");
  const both = await Promise.allSettled([remove(id), remove(id, { force: true })]);
  assert.ok(both.some(({ status }) => status === "fulfilled"));
  for (const each of both) if (each.status === "rejected") isGone(each.reason);
  await assertGone(id);
}

function isGone(error: unknown): void {
  if (!(error instanceof WrunError && error.code === "ERR_NOT_FOUND")) throw error;
}

async function assertGone(id: string): Promise<void> {
  try {
    state(id);
  } catch (error) {
    return isGone(error);
  }
  throw new Error(`${id} is still there`);
}

function told(id: string): { pid: number; status: string } {
  const { status, out, err } = wrun("state", id);
  assert.equal([status, err], [0, ""]);
  return JSON.parse(out);
}

const jobs: Jobs = {
  /** A number of containers side by side. */
  async lives(input) {
    const [name, count] = input.split(" ");
    await Promise.all(Array.from({ length: Number(count) }, (_, i) => life(`${name}${i}`)));
    return "done";
  },
  /** The same through the command line, one after the other. */
  async commands(input) {
    const [name, count] = input.split(" ");
    for (let i = 0; i < Number(count); i++) {
      const id = `${name}${i}`;
      const { pid } = await created("exec sleep 1000", { name: id });
      assert.equal(wrun("start", id), { status: 0, out: "", err: "" });
      assert.is(told(id).pid, pid);
      assert.equal(wrun("exec", id, "echo", id), { status: 0, out: `${id}\n`, err: "" });
      assert.equal(wrun("pause", id), { status: 0, out: "", err: "" });
      assert.is(told(id).status, "paused");
      assert.equal(wrun("resume", id), { status: 0, out: "", err: "" });
      assert.equal(wrun("kill", id, "9"), { status: 0, out: "", err: "" });
      await until(() => state(id).status === "stopped");
      assert.equal(wrun("delete", id), { status: 0, out: "", err: "" });
    }
    return "done";
  },
  /** Looks on, and cleans up where there is nothing to clean up, until its input ends. */
  async watch() {
    let over = false;
    process.stdin.resume();
    once(process.stdin, "end").then(() => {
      over = true;
    });
    let seen = 0;
    while (!over) {
      for (const { status, pid } of list()) {
        assert.ok(status === "stopped" || status === "creating" || pid > 0);
        seen++;
      }
      // What it reaps here are directories that nobody has taken yet, and their makers make them again.
      await reapOrphans();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return seen;
  },
};

test("a hundred, by six processes, while another looks on", {
  needs,
  timeout_ms: 120_000,
}, async () => {
  const watcher = peer(import.meta.url, "watch", "");
  const prefix = `t${process.pid}x`;
  const peers = [
    ...["a", "b", "c", "d"].map((n) => peer(import.meta.url, "lives", `${prefix}${n} 23`)),
    ...["e", "f"].map((n) => peer(import.meta.url, "commands", `${prefix}${n} 4`)),
  ];
  try {
    for (const { ended, line } of peers) {
      assert.equal([await ended, /answer:/.test(await line)], [0, true]);
    }
    watcher.child.stdin?.end();
    assert.is(await watcher.ended, 0);
  } finally {
    for (const { child } of [watcher, ...peers]) child.kill("SIGKILL");
  }
  assert.equal(list(), []);
  await until(() => processes().length === 0, "the end of all processes");
  assert.equal(cgroups(), []);
});

if (!(await isJob(jobs))) test.run();
