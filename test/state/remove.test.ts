import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { ContainerState, listIds } from "../../runtime/state/container.ts";
import { identify, type StateRecord } from "../../runtime/state/record.ts";
import { openProcess, reapOrphans } from "../../runtime/state/remove.ts";
import { probe } from "../../shim/facts/probe.ts";
import { openFds } from "../../shim/fd.ts";
import { topic } from "../harness.ts";
import { isJob, type Jobs } from "../run/account.ts";
import { kept } from "../shim/kept.ts";
import { peer, record, refusal, sleeper, withRoot } from "./place.ts";

const test = topic("removal of state");

const jobs: Jobs = {
  /** Has a container until the process in it has ended. */
  async run(id) {
    const state = ContainerState.create(id);
    const child = sleeper();
    state.write(record(id, { process: identify(child.pid) }));
    process.stdout.write("runs\n");
    await child.ended;
    state.remove();
  },
  /** Holds a container that has no process yet, and never will. */
  async start(id) {
    ContainerState.create(id).write(record(id));
    process.stdout.write("starts\n");
    setInterval(() => {}, 1000);
    await new Promise(() => {});
  },
};

/** A container whose wrun is gone. */
function orphan(id: string, more: Partial<StateRecord> = {}): void {
  const state = ContainerState.create(id);
  state.write(record(id, more));
  state.release();
}

const runs = (pid: number): boolean => identify(pid) !== null;

/** Ends a process that was left alone, and says so. */
async function wasLeft(child: ReturnType<typeof sleeper>): Promise<void> {
  assert.ok(runs(child.pid), "the process was killed");
  child.kill();
  await child.ended;
}

test("an orphan's process is killed, its state and the root are removed", () =>
  withRoot(async (root) => {
    const child = sleeper();
    orphan("box", { process: identify(child.pid) });
    await kept(async () => assert.equal(await reapOrphans(), ["box"]));
    assert.is(await child.ended, "SIGKILL");
    assert.not(existsSync(root));
    assert.equal(await reapOrphans(), []);
  }));

test("a process that has its pid, and another start, is not killed", () =>
  withRoot(async () => {
    const child = sleeper();
    const { pid, started } = identify(child.pid) ?? { pid: 0, started: 0 };
    orphan("box", { process: { pid, started: started - 1 } });
    await kept(async () => assert.equal(await reapOrphans(), ["box"]));
    await wasLeft(child);
  }));

test("a process of another boot is not killed, though pid and start are the same", () =>
  withRoot(async () => {
    const child = sleeper();
    orphan("box", { process: identify(child.pid), bootId: "another" });
    assert.equal(await reapOrphans(), ["box"]);
    await wasLeft(child);
  }));

test("a process that is gone, and one that never was", () =>
  withRoot(async (root) => {
    const child = sleeper();
    const identity = identify(child.pid);
    child.kill();
    await child.ended;
    orphan("gone", { process: identity });
    orphan("none");
    ContainerState.create("empty").release();
    assert.equal((await reapOrphans()).sort(), ["empty", "gone", "none"]);
    assert.not(existsSync(root));
  }));

test("identify tells two lives of a pid apart, whatever the name of the process", () => {
  const own = identify(process.pid);
  const title = process.title;
  process.title = "a) b (c";
  assert.equal(identify(process.pid), own);
  process.title = title;
  assert.ok(own && own.started > 0);
  assert.is(identify(2 ** 22 + 1), null);
  openProcess({ pid: process.pid, started: own.started })?.close();
  assert.is(openProcess({ pid: process.pid, started: own.started + 1 }), null);
  assert.is(openProcess({ pid: 2 ** 22 + 1, started: 1 }), null);
});

/** A cgroup that wrun would have made, two deep, in some hierarchy of this host; null where none can be made. */
function makeCgroups(): StateRecord["cgroups"][number] | null {
  const hierarchy = probe().cgroup.hierarchies.find(({ writable }) => writable === "root");
  if (!hierarchy) return null;
  const outer = `/wrun-test-${process.pid}`;
  const made = [outer, `${outer}/box`];
  for (const path of made) mkdirSync(`${hierarchy.mount}${path}`);
  return { mount: hierarchy.mount, path: `${outer}/box`, controllers: [], made, left: "" };
}

test("an orphan's cgroups go with all processes in them", { needs: ["root"] }, () =>
  withRoot(async () => {
    const cgroups = makeCgroups();
    if (!cgroups) return;
    const child = sleeper();
    writeFileSync(`${cgroups.mount}${cgroups.made[1]}/cgroup.procs`, `${child.pid}`);
    orphan("box", { cgroups: [cgroups] });
    await kept(async () => assert.equal(await reapOrphans(), ["box"]));
    assert.is(await child.ended, "SIGKILL");
    for (const path of cgroups.made) assert.not(existsSync(`${cgroups.mount}${path}`));
  }),
);

test("cgroups of another boot are other containers' now", { needs: ["root"] }, () =>
  withRoot(async (root) => {
    const cgroups = makeCgroups();
    if (!cgroups) return;
    orphan("box", { cgroups: [cgroups], bootId: "another" });
    assert.equal(await reapOrphans(), ["box"]);
    assert.not(existsSync(root));
    for (const path of [...cgroups.made].reverse()) rmdirSync(`${cgroups.mount}${path}`);
  }),
);

test("what cannot be removed is left for the next, and the others are not", () =>
  withRoot(async (root) => {
    const mount = `${root}/no/such/mount`;
    orphan("bad", {
      cgroups: [{ mount, path: "/x", controllers: [], made: ["/x"], left: "" }],
    });
    orphan("good");
    await kept(async () => assert.equal(await reapOrphans(), ["good"]));
    assert.equal(listIds(), ["bad"]);
    const state = ContainerState.adopt("bad");
    assert.ok(state, "its lock was given back");
    state?.remove();
  }));

test("a container that there is not", () =>
  withRoot(async (root) => {
    for (const id of ["box", "..", ".", "../wrun", ""]) {
      for (const force of [false, true]) {
        const error = await refusal(() => remove(id, { force }));
        assert.equal(
          [error.code, error.message],
          ["ERR_NOT_FOUND", `container \`${id}\` does not exist`],
        );
      }
    }
    assert.not(existsSync(root));
  }));

test("a container that has ended, with and without force", () =>
  withRoot(async (root) => {
    orphan("box");
    orphan("other");
    await kept(() => remove("box"));
    assert.equal(listIds(), ["other"]);
    await kept(() => remove("other", { force: true }));
    assert.not(existsSync(root));
  }));

test("a container that runs is ended with force only, and then removed by whoever runs it", () =>
  withRoot(async (root) => {
    const { line, ended } = peer(import.meta.url, "run", "box");
    await line;
    const pid = ContainerState.peek("box")?.process?.pid ?? 0;
    const error = await refusal(() => remove("box"));
    assert.is(error.code, "ERR_STATE_WRONG");
    assert.match(error.hint ?? "", /wrun delete --force box/);
    assert.ok(runs(pid));
    // Not the kernel's list: the pipes to the peer close when it ends, which is meanwhile.
    const count = openFds();
    await remove("box", { force: true });
    assert.is(openFds(), count);
    assert.not(runs(pid));
    assert.is(await ended, 0);
    assert.not(existsSync(root));
  }));

test("a holder that is killed meanwhile: force removes in its place", () =>
  withRoot(async (root) => {
    const { child, line, ended } = peer(import.meta.url, "start", "box");
    await line;
    setTimeout(() => child.kill("SIGKILL"), 50);
    await remove("box", { force: true });
    assert.is(await ended, "SIGKILL");
    assert.not(existsSync(root));
  }));

if (!(await isJob(jobs))) test.run();
