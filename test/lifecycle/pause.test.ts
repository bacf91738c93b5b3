/** Pause, resume and ps. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { pause, resume } from "../../runtime/lifecycle/pause.ts";
import { processesOf } from "../../runtime/lifecycle/ps.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { topic } from "../harness.ts";
import { refusal, until } from "../run/launch.ts";
import { clear, created, lastLine, wrun } from "./place.ts";

const test = topic("pause and ps", { vm: true });
const needs = ["root", "busybox"] as const;

async function running(script = "exec sleep 1000"): Promise<{ id: string; pid: number }> {
  const made = await created(script);
  await start(made.id);
  return made;
}

/** Clock ticks of a process: fields 14 and 15 of proc_pid_stat(5). */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(" ");
  return Number(fields[13]) + Number(fields[14]);
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("what is paused does not run, and goes on when it is resumed", { needs }, async () => {
  const { id, pid } = await running("while :; do :; done & while :; do :; done");
  await until(() => ticks(pid) > 2, "some work");
  await pause(id);
  assert.is(state(id).status, "paused");
  assert.is(state(id).pid, pid);
  const before = processesOf(id).map(ticks);
  await later(100);
  assert.equal(processesOf(id).map(ticks), before);
  await resume(id);
  assert.is(state(id).status, "running");
  const after = before.reduce((sum, each) => sum + each, 0);
  await until(
    () =>
      processesOf(id)
        .map(ticks)
        .reduce((a, b) => a + b, 0) >
      after + 2,
    "more work",
  );
  await remove(id, { force: true });
});

test("what is asked in the wrong state changes nothing, and says so", { needs }, async () => {
  const { id } = await running();
  assert.match((await refusal(resume(id))).message, "container not paused, but running");
  await pause(id);
  assert.match((await refusal(pause(id))).message, "container not running, but paused");
  const refused = await refusal(exec(id, { args: ["/bin/true"] }));
  assert.match(refused.message, "cannot exec in a paused container");
  assert.match((await refusal(remove(id))).message, "not stopped, but paused");
  assert.is(state(id).status, "paused");
  await remove(id, { force: true });
  for (const act of [pause, resume]) assert.is((await refusal(act(id))).code, "ERR_NOT_FOUND");
});

test("a container that waits for its start can be paused", { needs }, async () => {
  const { id } = await created("exec sleep 1000");
  await pause(id);
  assert.is(state(id).status, "paused");
  await resume(id);
  assert.is(state(id).status, "created");
  await start(id);
  assert.is(state(id).status, "running");
  await remove(id, { force: true });
});

test("SIGKILL ends what is paused", { needs }, async () => {
  const { id } = await running();
  await pause(id);
  await kill(id, "KILL");
  await until(() => state(id).status === "stopped");
  assert.match((await refusal(pause(id))).message, "container not running, but stopped");
  await remove(id);
});

test("ps: every process, exec's too, and no other", { needs }, async () => {
  const { id, pid } = await running("sleep 1000 & exec sleep 1000");
  const more = exec(id, { args: ["/bin/sleep", "1000"] });
  // init is in the cgroup before it is `sleep`, with a first process that goes away.
  const isSleep = (each: number) => readFileSync(`/proc/${each}/comm`, "utf8") === "sleep\n";
  await until(() => processesOf(id).filter(isSleep).length === 3, "three processes");
  const pids = processesOf(id);
  assert.is(pids[0], pid);
  const json = wrun("ps", "--format", "json", id);
  assert.equal([json.status, json.out], [0, `${JSON.stringify(pids)}\n`]);
  await kill(id, "KILL");
  await more;
  await until(() => state(id).status === "stopped");
  const late = wrun("ps", id);
  assert.is(late.status, 125);
  assert.match(lastLine(late.err), "container not running, but stopped");
  await remove(id);
});

test("ps: by the host's ps, with its options", { needs: [...needs, "ps"] }, async () => {
  const { id, pid } = await running();
  const [head, line, ...more] = wrun("ps", id).out.trimEnd().split("\n");
  assert.match(head ?? "", /^UID +PID +PPID/);
  assert.match(line ?? "", new RegExp(`^\\S+ +${pid} .*sleep 1000$`));
  assert.equal(more, []);
  const short = wrun("ps", id, "-o", "comm,pid", "-e");
  assert.match(short.out, new RegExp(`^COMMAND +PID\\nsleep +${pid}\\n$`));
  const wrong = wrun("ps", id, "-o", "comm", "-e");
  assert.is(wrong.status, 2);
  assert.match(lastLine(wrong.err), "no column PID");
  assert.is(wrun("ps", "--format", "xml", id).status, 2);
  await remove(id, { force: true });
});

test("nothing is left", { needs }, clear);
test.run();
