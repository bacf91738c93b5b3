/** A launch that fails, at every single step and on the host's side: it says where, and nothing of it is left. */
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Rewrite } from "../../runtime/run/container.ts";
import type { Prepared } from "../../runtime/run/prepare.ts";
import type { RunResult } from "../../runtime/run/result.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import type { Purpose } from "../../shim/program/program.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { bundle } from "./bundle.ts";
import { type Kind, launch, refusal } from "./launch.ts";
import { ending, failing } from "./rewrite.ts";
import { rootfs } from "./rootfs.ts";
import { isAsBefore, leavesNothing, trace } from "./trace.ts";

const test = topic("injection");

type Where = RunOptions & { on?: Kind };

const full = process.env.WRUN_TEST_FULL === "1";

async function program(where: Where): Promise<Prepared["program"]> {
  let seen: Prepared["program"] | undefined;
  const rewrite: Rewrite = (prepared) => {
    seen = prepared.program;
    return prepared;
  };
  await launch("true", where, { rewrite });
  if (!seen) throw new Error("no program was made");
  return seen;
}

/**
 * Fails at every `stride`-th step. A step that is jumped over does not fail, and then the container runs; which these
 * are must not depend on chance, so their share is bounded.
 */
async function everyStep(where: Where, stride: number): Promise<void> {
  const { steps } = await program(where);
  const trees = where.on === "host-overlay" ? [] : [rootfs()];
  const before = trace(...trees);
  const offset = stride === 1 ? 0 : Math.floor(Math.random() * stride);
  const indexes = steps.map((_, i) => i).filter((i) => i % stride === offset);
  let failed = 0;
  await each(indexes, async (i) => {
    let purpose: Purpose | undefined;
    const rewrite: Rewrite = (prepared) => {
      purpose = prepared.program.steps[i]?.purpose;
      return failing(i)(prepared);
    };
    const error = await failureOf(launch("true", where, { rewrite }));
    if (error === undefined) return;
    failed++;
    assert.equal([error.step?.index, error.errno], [i, "EIO"], `step ${i}: ${error.message}`);
    assert.match(error.message, /: EIO$/);
    // What execve says is looked into, and may be put in other words.
    if (purpose?.say.startsWith("execute")) return;
    assert.equal([error.message, error.code], [`cannot ${purpose?.say}: EIO`, purpose?.code]);
  });
  await isAsBefore(before, ...trees);
  assert.ok(failed > indexes.length / 2, `only ${failed} of ${indexes.length} steps were reached`);
}

/** Four at a time: most of a failure is waiting for the kernel to take a cgroup or a mount apart. */
async function each(
  indexes: readonly number[],
  act: (index: number) => Promise<void>,
): Promise<void> {
  const queue = [...indexes];
  const worker = async (): Promise<void> => {
    for (let i = queue.shift(); i !== undefined; i = queue.shift()) await act(i);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** Undefined when nothing failed. */
async function failureOf(launched: Promise<RunResult>): Promise<WrunError | undefined> {
  try {
    assert.is((await launched).exitCode, 0);
    return undefined;
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
}

/** The process is gone in the middle, without a report. */
async function everyEnd(where: Where, stride: number): Promise<void> {
  const { steps } = await program(where);
  const before = trace();
  const indexes = steps.map((_, i) => i).filter((i) => i % stride === 0);
  await each(indexes, async (i) => {
    try {
      const { exitCode } = await launch("true", where, { rewrite: ending(i) });
      assert.ok([0, 77].includes(exitCode), `step ${i}: exit code ${exitCode}`);
    } catch (error) {
      assert.instance(
        error,
        WrunError,
        `step ${i}: ${error instanceof Error ? error.stack : error}`,
      );
    }
  });
  await isAsBefore(before);
}

const stride = full ? 1 : 13;
const timeout_ms = full ? 600_000 : 120_000;
const needs = ["root", "busybox"] as const;

/** Something of every kind, and not all of it ten times over: one masked path, no cgroup for each hierarchy. */
function lean(spec: Spec): Spec {
  const mounts = spec.mounts?.filter(({ type }) => type !== "cgroup");
  const linux = {
    ...spec.linux,
    maskedPaths: ["/proc/keys", "/proc/acpi", "/no/such/path"],
    readonlyPaths: ["/proc/sys"],
    sysctl: { "net.ipv4.ip_forward": "1" },
  };
  return { ...spec, ...(mounts ? { mounts } : {}), linux };
}

test("every step of a launch by root", { needs, timeout_ms }, () =>
  everyStep({ bundle: bundle(lean), user: 1000, volumes: ["/usr:/mnt:ro"], readOnly: true }, 1),
);

const variants: [string, Where][] = [
  ["with all its mounts", {}],
  ["in a user namespace", { userns: "auto:size=2000" }],
  ["over the host's root", { on: "host-overlay" }],
  ["with a terminal", { tty: true }],
  [
    "with limits and volumes",
    { memory: "64m", cpus: 0.5, volumes: ["/usr:/mnt:ro"], readOnly: true },
  ],
];

for (const [name, where] of variants) {
  test(`the steps of a launch ${name}`, { needs, timeout_ms }, () => everyStep(where, stride));
}

test("init ends without a word", { needs, timeout_ms }, () => everyEnd({}, 3 * stride));

test("init ends without a word, with a terminal", { needs, timeout_ms }, () =>
  everyEnd({ tty: true }, 3 * stride),
);

test("a cgroup file that refuses what is written", { needs }, async () => {
  const rewrite: Rewrite = (prepared) => {
    const { cgroups } = prepared.decisions;
    const writes = cgroups.writes.map((write) => ({ ...write, value: "nonsense", ignore: [] }));
    return { ...prepared, decisions: { ...prepared.decisions, cgroups: { ...cgroups, writes } } };
  };
  const where = { pidsLimit: 20 };
  await launch("true", where);
  const failed = (): Promise<WrunError> => refusal(launch("true", where, { rewrite }));
  const error = await leavesNothing(failed, rootfs());
  assert.equal([error.code, error.errno, error.exitCode], ["ERR_CGROUP", "EINVAL", 125]);
  assert.match(error.message, /pids\.max/);
});

test("an id map that the kernel refuses", { needs: ["root", "busybox", "userns"] }, async () => {
  const rewrite: Rewrite = (prepared) => {
    const { uidMap } = prepared.decisions;
    if (!uidMap) throw new Error("there is no map");
    const map = [...uidMap.map, ...uidMap.map];
    return { ...prepared, decisions: { ...prepared.decisions, uidMap: { ...uidMap, map } } };
  };
  const where = { userns: "auto:size=2000" };
  await launch("true", where);
  const failed = (): Promise<WrunError> => refusal(launch("true", where, { rewrite }));
  const error = await leavesNothing(failed, rootfs());
  assert.equal([error.code, error.errno, error.exitCode], ["ERR_IDMAP", "EINVAL", 125]);
});

const jobs: Jobs = {
  rootfs: () => everyStep({}, stride),
  overlay: () => everyStep({ on: "host-overlay" }, stride),
  end: () => everyEnd({}, 3 * stride),
};

for (const job of Object.keys(jobs)) {
  const needs = ["user", "userns", "busybox"] as const;
  test(`the steps of a launch by an ordinary user: ${job}`, { needs, timeout_ms }, async ({
    user,
  }) => {
    await ask(user, import.meta.url, job);
  });
}

if (!(await isJob(jobs))) test.run();
