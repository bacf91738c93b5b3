/** What a container uses, as runc tells it. */
import * as assert from "uvu/assert";
import { type ContainerEvent, events, statsEvent } from "../../runtime/lifecycle/events.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { policy } from "../../runtime/policy/policy.ts";
import type { Resources } from "../../runtime/spec/types.ts";
import { eventData, eventLine } from "../../runtime/stats/event.ts";
import { topic } from "../harness.ts";
import { refusal, until } from "../run/launch.ts";
import { clear, created, lastLine, wrun } from "./place.ts";

const test = topic("events", { vm: true });
const needs = ["root", "busybox", "memory-controller"] as const;

async function running(script: string, resources: Resources = {}): Promise<string> {
  const { id } = await created(script, {}, (spec) => ({
    ...spec,
    linux: { ...spec.linux, resources },
  }));
  await start(id);
  return id;
}

interface Data {
  cpu: { usage: { total: bigint; kernel: bigint; user: bigint } };
  memory: { usage: { usage: bigint; limit: bigint }; raw: Record<string, bigint> };
  pids: { current: bigint; limit: bigint };
}

test("statistics have the numbers of the cgroup, in runc's units", { needs }, async () => {
  const limits = { memory: { limit: 1 << 26 }, pids: { limit: 20 } };
  const id = await running("sleep 1000 & exec sleep 1000", limits);
  const { type, data } = statsEvent(id);
  const { cpu, memory, pids } = data as Data;
  assert.equal([type, memory.usage.limit, pids.limit], ["stats", 1n << 26n, 20n]);
  assert.ok(memory.usage.usage > 0n && memory.usage.usage < memory.usage.limit);
  assert.ok(cpu.usage.total > 100_000n, "nanoseconds");
  assert.ok(pids.current >= 1n && pids.current <= 2n);
  assert.is(typeof memory.raw.pgfault, "bigint");
  const { status, out } = wrun("events", "--stats", id);
  assert.is(status, 0);
  const told = JSON.parse(out);
  assert.equal([told.type, told.id, told.data.pids.limit], ["stats", id, 20]);
  await remove(id, { force: true });
});

test("one event after the other, until the container has ended", { needs }, async () => {
  const id = await running("exec sleep 1000");
  const seen: ContainerEvent[] = [];
  for await (const event of events(id, 20)) {
    seen.push(event);
    if (seen.length === 3) await kill(id, "KILL");
  }
  assert.ok(seen.length >= 3);
  assert.ok(seen.every(({ type }) => type === "stats"));
  await remove(id);
});

test("a process that is killed for lack of memory is told", { needs }, async () => {
  const script = "sleep 1; tail -f /dev/zero; sleep 1000";
  const memory = { limit: 1 << 24, swap: 1 << 24 };
  const id = await running(script, { memory });
  for await (const { type } of events(id, 60_000)) if (type === "oom") break;
  await remove(id, { force: true });
});

test("in the wrong state, and wrong times", { needs }, async () => {
  const failed = (id: string) => refusal(Promise.resolve().then(() => statsEvent(id)));
  assert.is((await failed("nobody")).code, "ERR_NOT_FOUND");
  const id = await running("true");
  await until(() => state(id).status === "stopped");
  assert.match((await failed(id)).message, "container not running, but stopped");
  await remove(id);
  for (const time of ["", "5", "x", "-1s", "0s"]) {
    const { status, err } = wrun("events", `--interval=${time}`, "nobody");
    assert.is(status, 2, time);
    assert.match(lastLine(err), /`--interval`/);
  }
});

test("what is not counted is left out, and not 0", () => {
  const nothing = policy().stats.parse([]);
  const { cpu, pids } = JSON.parse(eventLine(eventData(nothing, [])));
  assert.equal([cpu.usage, pids.current], [{}, undefined]);
});

test("numbers of 64 bits keep all their digits", () => {
  const text = eventLine({ a: (1n << 64n) - 1n, b: ["1", 2], c: "\\u00011" });
  assert.is(text, '{"a":18446744073709551615,"b":["1",2],"c":"\\\\u00011"}');
});

test("nothing is left", { needs }, clear);

test.run();
