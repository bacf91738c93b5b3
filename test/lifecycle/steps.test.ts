/** Every step of create and start fails once, or the process is gone there: it is said, and nothing is left. */
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { type CreateInternals, create } from "../../runtime/lifecycle/create.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { list } from "../../runtime/lifecycle/list.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Rewrite } from "../../runtime/run/container.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import type { Step } from "../../shim/program/program.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "../run/account.ts";
import { newId, until } from "../run/launch.ts";
import { ending, failing } from "../run/rewrite.ts";
import { rootfs } from "../run/rootfs.ts";
import { isAsBefore, processes, trace } from "../run/trace.ts";
import { shell } from "./place.ts";

const test = topic("steps of create");
const full = process.env.WRUN_TEST_FULL === "1";
const timeout_ms = full ? 600_000 : 120_000;
const needs = ["root", "busybox"] as const;

/** Something of every kind, and few of each. */
function lean(spec: Spec): Spec {
  return {
    ...spec,
    mounts: (spec.mounts ?? []).filter(({ type }) => type !== "cgroup"),
    hooks: {
      createContainer: [{ path: "/bin/true" }],
      startContainer: [{ path: "/bin/true", timeout: 20 }],
    },
    linux: { ...spec.linux, maskedPaths: ["/proc/keys"], readonlyPaths: ["/proc/sys"] },
  };
}

const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

interface Outcome {
  /** Where it failed. */
  at: "create" | "start" | "nowhere";
  error?: WrunError;
}

/** Makes and starts a container, and takes away what is left. */
async function tryAll(bundle: string, internals: CreateInternals): Promise<Outcome> {
  const name = newId();
  let at: Outcome["at"] = "create";
  try {
    await create({ ...quiet, bundle, name }, internals);
    at = "start";
    await start(name);
    at = "nowhere";
    return { at };
  } catch (error) {
    if (!(error instanceof WrunError)) throw error;
    return { at, error };
  } finally {
    if (list().some(({ id }) => id === name)) await remove(name, { force: true });
  }
}

async function stepsOf(bundle: string, keeper: boolean): Promise<Step[]> {
  let steps: Step[] = [];
  const rewrite: Rewrite = (prepared) => {
    steps = prepared.program.steps;
    return prepared;
  };
  assert.is((await tryAll(bundle, { rewrite, keeper })).at, "nowhere");
  return steps;
}

/** Steps around the wait for start that have nobody to report to. */
const unheard = { before: 3, after: 5 } as const;

async function everyStep(keeper: boolean, stride: number): Promise<void> {
  const bundle = shell("exec sleep 1000", lean);
  const steps = await stepsOf(bundle, keeper);
  const before = trace(rootfs());
  const wait = steps.findLastIndex((step) => step.kind === "call" && step.call === "accept4");
  let failed = 0;
  for (
    let i = stride === 1 ? 0 : Math.floor(Math.random() * stride);
    i < steps.length;
    i += stride
  ) {
    const { at, error } = await tryAll(bundle, { rewrite: failing(i), keeper });
    const where = `step ${i} of ${steps.length}: ${error?.message}`;
    if (at === "nowhere") continue;
    failed++;
    // Told that all is done, wrun does not listen any more, and start does not yet; it finds out.
    if (i >= wait - unheard.before && i < wait + unheard.after) continue;
    assert.is(at, i >= wait ? "start" : "create", where);
    // The step of a keeper may not be able to tell any more, and a hook's is told by the end of the hook.
    if (error?.code !== "ERR_HOOK" && !keeper)
      assert.equal([error?.step?.index, error?.errno], [i, "EIO"], where);
  }
  assert.ok(failed > steps.length / stride / 2, `only ${failed} steps were reached`);
  await isAsBefore(before, rootfs());
}

async function everyEnd(stride: number): Promise<void> {
  const bundle = shell("exec sleep 1000", lean);
  const steps = await stepsOf(bundle, false);
  const before = trace(rootfs());
  for (let i = 0; i < steps.length; i += stride) {
    const { at, error } = await tryAll(bundle, { rewrite: ending(i) });
    if (at === "create") assert.ok(error, `step ${i}`);
  }
  await isAsBefore(before, rootfs());
}

const stride = full ? 1 : 11;

test("every step fails", { needs, timeout_ms }, () => everyStep(false, stride));
test("every step fails, with a keeper", { needs, timeout_ms }, () => everyStep(true, 3 * stride));
test("the process is gone at any step", { needs, timeout_ms }, () => everyEnd(3 * stride));

const jobs: Jobs = {
  /** The whole life, of a container of an ordinary user. */
  async life() {
    const bundle = shell("exec sleep 1000");
    const id = newId();
    const { pid } = await create({ ...quiet, bundle, name: id });
    assert.equal([state(id).status, state(id).pid], ["created", pid]);
    await start(id);
    assert.is(state(id).status, "running");
    await kill(id, "KILL");
    await until(() => state(id).status === "stopped");
    await remove(id);
    const kept = newId();
    await create({ ...quiet, bundle, name: kept }, { keeper: true });
    await start(kept);
    await kill(kept, "KILL");
    await until(() => state(kept).exitCode === 137);
    await remove(kept);
    assert.equal(list(), []);
    assert.equal(processes(), []);
  },
  steps: () => everyStep(false, stride),
};

for (const job of Object.keys(jobs)) {
  const needs = ["user", "userns", "busybox"] as const;
  test(`an ordinary user: ${job}`, { needs, timeout_ms }, async ({ user }) => {
    await ask(user, import.meta.url, job);
  });
}

if (!(await isJob(jobs))) test.run();
