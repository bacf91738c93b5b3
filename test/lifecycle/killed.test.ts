/** wrun killed at any moment of any command: the next command says the truth, and delete --force cleans up. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { pause, resume } from "../../runtime/lifecycle/pause.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { type State, state } from "../../runtime/lifecycle/state.ts";
import { project, slowness, topic } from "../harness.ts";
import { newId, stateRoot, until } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";
import { isAsBefore, processes, trace } from "../run/trace.ts";
import { shell, wrun } from "./place.ts";

const test = topic("killed commands");
const needs = ["root", "busybox"] as const;
const few = process.env.WRUN_TEST_FULL === "1" ? 40 : 5;
const kills = process.env.WRUN_TEST_FULL === "1" ? 80 : slowness > 1 ? 3 : 12;

const bin = join(project, "dist/wrun.cjs");
const place = temporary("place");
const told = join(place, "told");

const mnt = { destination: "/mnt", type: "none", source: place, options: ["bind"] };
const bundle = shell("echo >>/mnt/told; while :; do sleep 1000; done", (spec) => ({
  ...spec,
  mounts: [...(spec.mounts ?? []), mnt],
}));

/** Kills a command after some time; false when it was done before. */
async function killAfter(time_ms: number, argv: string[]): Promise<boolean> {
  const env = { PATH: process.env.PATH, WRUN_ROOT: stateRoot };
  const child = spawn(process.execPath, [bin, ...argv], { stdio: "ignore", env });
  const timer = setTimeout(() => child.kill("SIGKILL"), time_ms);
  const [, signal] = await once(child, "exit");
  clearTimeout(timer);
  return signal === "SIGKILL";
}

async function timeOf(argv: string[]): Promise<number> {
  const start_ms = performance.now();
  assert.is(await killAfter(60_000, argv), false);
  return performance.now() - start_ms;
}

/** Null when there is no such container. */
function stateOf(id: string): State | null {
  try {
    return state(id);
  } catch (error) {
    if (error instanceof WrunError && error.code === "ERR_NOT_FOUND") return null;
    throw error;
  }
}

interface Command {
  /** How often: by default as often as it takes to meet most of its moments. */
  kills?: number;
  /** What has to be there before. */
  before: (id: string) => Promise<void>;
  argv: (id: string) => string[];
  /** Looks at what there is after the kill; leaves a container or none. */
  after: (id: string) => Promise<void>;
}

const nothing = async (): Promise<void> => {};

async function created(id: string): Promise<void> {
  // By the command line: a process that this one had made would be a zombie of this one.
  assert.is(wrun("create", "--bundle", bundle, id).err, "");
}

async function running(id: string): Promise<void> {
  await created(id);
  await start(id);
  await until(() => existsSync(told));
}

async function paused(id: string): Promise<void> {
  await running(id);
  await pause(id);
}

async function stopped(id: string): Promise<void> {
  await running(id);
  await kill(id, "KILL");
  await until(() => stateOf(id)?.status === "stopped");
}

/** False for one that was still there a moment ago: it dies with the wrun that was killed while making it. */
async function starts(id: string): Promise<boolean> {
  try {
    await start(id);
    return true;
  } catch (error) {
    if (error instanceof WrunError && error.code === "ERR_STATE_WRONG") return false;
    throw error;
  }
}

/** A container that is said to wait can be started, and only once; one that is said to run has run. */
async function isTrue(id: string, ...allowed: (State["status"] | null)[]): Promise<void> {
  // A child of the killed wrun has its lock until it has come to its own execve.
  await until(() => stateOf(id)?.status !== "creating", "the end of all that held the lock");
  const found = stateOf(id);
  const status = found === null ? null : found.status;
  assert.ok(allowed.includes(status), `${status} is none of ${allowed}`);
  if (status === "created") {
    assert.not(existsSync(told), "it ran, and is said not to be started");
    if (await starts(id)) await until(() => existsSync(told));
    else assert.equal([stateOf(id)?.status, existsSync(told)], ["stopped", false]);
  } else if (status === "running") {
    await until(() => existsSync(told), "the program that is said to run");
    assert.ok(existsSync(`/proc/${found?.pid}`));
  } else if (status === "paused") {
    assert.is.not(wrun("exec", id, "true").status, 0, "it is said to be paused, and something ran");
    await resume(id);
    assert.is(stateOf(id)?.status, "running");
    await pause(id); // Taken away as it is: what is frozen does not die by itself.
  } else if (status === "stopped") assert.is(found?.pid, 0);
}

/** A command that leaves the container as it is, whenever it is killed. */
const harmless = (...words: string[]): Command => ({
  kills: few,
  before: running,
  argv: (id) => words.map((word) => (word === "ID" ? id : word)),
  after: (id) => isTrue(id, "running"),
});

const short = shell("echo >>/mnt/told; sleep 0.05", (spec) => ({
  ...spec,
  mounts: [...(spec.mounts ?? []), mnt],
}));

const commands: Record<string, Command> = {
  create: {
    before: nothing,
    argv: (id) => ["create", "--bundle", bundle, id],
    after: (id) => isTrue(id, null, "created", "stopped"),
  },
  start: {
    before: created,
    argv: (id) => ["start", id],
    after: (id) => isTrue(id, "created", "running"),
  },
  "run --detach": {
    before: nothing,
    argv: (id) => ["run", "--detach", "--bundle", bundle, id],
    after: (id) => isTrue(id, null, "created", "stopped", "running"),
  },
  kill: {
    before: running,
    argv: (id) => ["kill", id, "KILL"],
    after: (id) => isTrue(id, "running", "stopped"),
  },
  "delete --force": {
    before: running,
    argv: (id) => ["delete", "--force", id],
    after: (id) => isTrue(id, "running", "stopped", null),
  },
  delete: {
    kills: few,
    before: stopped,
    argv: (id) => ["delete", id],
    after: (id) => isTrue(id, "stopped", null),
  },
  pause: {
    before: running,
    argv: (id) => ["pause", id],
    after: (id) => isTrue(id, "running", "paused"),
  },
  resume: {
    before: paused,
    argv: (id) => ["resume", id],
    after: (id) => isTrue(id, "running", "paused"),
  },
  run: {
    before: nothing,
    argv: (id) => ["run", "--bundle", short, id],
    // It dies with its wrun: at once, which takes a moment.
    after: async (id) => {
      await until(() => ["stopped", undefined].includes(stateOf(id)?.status));
      await isTrue(id, "stopped", null);
    },
  },
  exec: harmless("exec", "ID", "sleep", "0.02"),
  "exec --detach": harmless("exec", "--detach", "ID", "sleep", "1000"),
  update: harmless("update", "--pids-limit", "77", "ID"),
  state: harmless("state", "ID"),
  list: harmless("list"),
  ps: harmless("ps", "ID"),
  "events --stats": harmless("events", "--stats", "ID"),
};

for (const [name, { kills: times = kills, before, argv, after }] of Object.entries(commands)) {
  test(`${name}`, { needs, timeout_ms: 120_000 }, async () => {
    const warm = newId();
    await running(warm);
    await remove(warm, { force: true });
    rmSync(told, { force: true });
    await until(() => processes().length === 0, "the end of the first container");
    const was = trace(rootfs());
    const first = newId();
    await before(first);
    const usual_ms = await timeOf(argv(first));
    await remove(first, { force: true }).catch(() => {});
    let killed = 0;
    for (let i = 0; i < times; i++) {
      rmSync(told, { force: true });
      const id = newId();
      await before(id);
      // From the moment when Node has started to the end.
      if (await killAfter(usual_ms * (0.35 + (0.7 * i) / times), argv(id))) killed++;
      await after(id);
      assert.is(wrun("delete", "--force", id).err, "");
      assert.is(stateOf(id), null);
    }
    assert.ok(killed > 0, "no command was killed before it was done");
    await isAsBefore(was, rootfs());
  });
}

test.run();
