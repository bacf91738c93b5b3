/** After a container, however it ended: no mount, cgroup, process, file or descriptor that was not there before. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { project, slowness, topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { type Kind, launch, mark, newId, refusal, stateRoot, until } from "./launch.ts";
import { rootfs } from "./rootfs.ts";
import { isAsBefore, leavesNothing, processes, trace } from "./trace.ts";

const test = topic("remains");

type Where = RunOptions & { on?: Kind };

const needs = ["root", "busybox"] as const;

/** What the first run of a process opens, it keeps: init, the component. */
async function warm(): Promise<void> {
  await launch("true");
}

async function nothingLeft(where: Where): Promise<void> {
  await warm();
  const trees = where.on === "host-overlay" ? [] : [rootfs()];
  assert.is((await leavesNothing(() => launch("true", where), ...trees)).exitCode, 0);
  assert.is((await leavesNothing(() => launch("exit 3", where), ...trees)).exitCode, 3);
  await leavesNothing(() => launch("sleep 1000 & kill -9 1; exit 4", where), ...trees);
  const missing = { ...where, args: ["/no/such/program"] };
  const error = await leavesNothing(() => refusal(launch("", missing)), ...trees);
  assert.is(error.exitCode, 127);
  await leavesNothing(() => aborted(where), ...trees);
}

async function aborted(where: Where): Promise<void> {
  const control = new AbortController();
  const started = (): void => control.abort();
  const { signal } = control;
  const result = await launch("sleep 1000 & sleep 1000", { ...where, signal }, { started });
  assert.ok(result.aborted);
}

const variants: [string, Where][] = [
  ["a rootfs", {}],
  ["limits", { memory: "64m", pidsLimit: 50, cpus: 1 }],
  ["a user namespace", { userns: "auto:size=2000" }],
  ["the host's root", { on: "host-overlay" }],
  ["the host's network", { network: "host" }],
  ["a terminal", { tty: true }],
];

for (const [name, where] of variants) {
  test(`success, failure and abort, with ${name}`, { needs, vm: true }, () => nothingLeft(where));
}

/** `wrun run` as a process of its own. */
interface Cli {
  id: string;
  child: ChildProcess;
  ended: Promise<[code: number | null, signal: string | null]>;
  /** The pid of the container's first process, from --status-fd. */
  pid: Promise<number>;
}

function cli(script: string, ...flags: string[]): Cli {
  const id = newId();
  const wrun = join(project, "dist/wrun.cjs");
  const run = ["run", "--status-fd", "3", "--name", id, "--rootfs", rootfs(), "--env", mark];
  const child = spawn(process.execPath, [wrun, ...run, ...flags, "--", "sh", "-c", script], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    env: { PATH: process.env.PATH, WRUN_ROOT: stateRoot },
  });
  const ended: Cli["ended"] = new Promise((done) => child.on("exit", (...how) => done(how)));
  const pid = new Promise<number>((done, fail) => {
    child.stdio[3]?.once("data", (line: Buffer) => done(JSON.parse(line.toString()).pid));
    child.once("exit", () => fail(new Error("wrun ended before its container started")));
  });
  pid.catch(() => {});
  return { id, child, ended, pid };
}

test("signals to wrun", { needs, timeout_ms: 60_000 }, async () => {
  await warm();
  const before = trace(rootfs());
  const runs = (["SIGINT", "SIGTERM", "SIGHUP"] as const).flatMap((signal) =>
    ["sleep 1000 & sleep 1000", "trap 'exit 9' INT TERM HUP; while :; do sleep 0.01; done"].map(
      async (script) => {
        const { child, ended, pid } = cli(script, "--memory", "64m");
        await pid;
        // The trap is set a moment after the start.
        await new Promise((resolve) => setTimeout(resolve, 100 * slowness));
        child.kill(signal);
        return [signal, await ended];
      },
    ),
  );
  assert.equal(await Promise.all(runs), [
    ["SIGINT", [130, null]],
    ["SIGINT", [9, null]],
    ["SIGTERM", [143, null]],
    ["SIGTERM", [9, null]],
    ["SIGHUP", [129, null]],
    ["SIGHUP", [9, null]],
  ]);
  await isAsBefore(before, rootfs());
});

const orphan = "sleep 1000 & while :; do sleep 1000; done";

async function kill({ child, ended, pid }: Cli): Promise<void> {
  const first = await pid;
  child.kill("SIGKILL");
  await ended;
  await until(() => !existsSync(`/proc/${first}`), "the end of the container");
}

test("SIGKILL of wrun: the next wrun cleans up", {
  needs,
  timeout_ms: 60_000,
  vm: true,
}, async () => {
  await warm();
  const before = trace(rootfs());
  const one = cli(orphan, "--memory", "64m");
  await kill(one);
  assert.not.equal(trace(rootfs()).cgroups, before.cgroups);
  const next = cli("true");
  assert.equal(await next.ended, [0, null]);
  await isAsBefore(before, rootfs());
});

test("SIGKILL of wrun: delete cleans up", { needs, timeout_ms: 60_000 }, async () => {
  await warm();
  const before = trace(rootfs());
  const [one, two] = [cli(orphan, "--memory", "64m"), cli(orphan, "--userns", "auto")];
  // The second, while it starts, would clean up after the first.
  await Promise.all([one.pid, two.pid]);
  await Promise.all([kill(one), kill(two)]);
  await Promise.all([remove(one.id), remove(two.id, { force: true })]);
  await isAsBefore(before, rootfs());
});

test("delete --force ends a container that runs", { needs, timeout_ms: 60_000 }, async () => {
  await warm();
  const before = trace(rootfs());
  const one = cli(orphan);
  await one.pid;
  const error = await refusal(remove(one.id));
  assert.equal([error.code, error.exitCode], ["ERR_STATE_WRONG", 125]);
  await remove(one.id, { force: true });
  assert.equal(await one.ended, [137, null]);
  await isAsBefore(before, rootfs());
});

test("SIGKILL of wrun at any moment", { needs, timeout_ms: 120_000 }, async () => {
  await warm();
  const before = trace(rootfs());
  const usual_ms = await startTime();
  for (let i = 0; i < kills; i++) {
    const { child, ended } = cli(orphan, "--memory", "64m", "--userns", "auto:size=2000");
    // From the time when Node has started to when the container runs.
    await new Promise((resolve) => setTimeout(resolve, usual_ms * (0.5 + (0.6 * i) / kills)));
    child.kill("SIGKILL");
    await ended;
  }
  await until(() => processes().length === before.processes.length, "the end of all processes");
  await warm();
  await isAsBefore(before, rootfs());
});

const kills = process.env.WRUN_TEST_FULL === "1" ? 60 : slowness > 1 ? 3 : 10;

async function startTime(): Promise<number> {
  const start_ms = performance.now();
  const one = cli("sleep 1000");
  await one.pid;
  const time_ms = performance.now() - start_ms;
  one.child.kill("SIGTERM");
  await one.ended;
  return time_ms;
}

const jobs: Jobs = {
  rootfs: () => nothingLeft({}),
  overlay: () => nothingLeft({ on: "host-overlay" }),
  terminal: () => nothingLeft({ tty: true }),
};

for (const job of Object.keys(jobs)) {
  test(`as an ordinary user: ${job}`, { needs: ["user", "userns", "busybox"] }, async ({
    user,
  }) => {
    await ask(user, import.meta.url, job);
  });
}

if (!(await isJob(jobs))) test.run();
