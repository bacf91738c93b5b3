/** memory, pids and cpus: that the kernel holds a container to them, on cgroup v1 and v2. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { RunOptions } from "../../runtime/options/types.ts";
import { probe } from "../../shim/facts/probe.ts";
import { topic } from "../harness.ts";
import { ask, isJob, type Jobs } from "./account.ts";
import { background, launch, output, refusal } from "./launch.ts";
import { processes } from "./trace.ts";

const test = topic("limits", { vm: true });

/** The cgroup of a container on the host. */
function cgroup(pid: number, controller: string): string {
  const hierarchy = probe().cgroup.hierarchies.find((h) => h.controllers.includes(controller));
  if (!hierarchy) throw new Error(`no ${controller} controller here`);
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const mine = lines.find((line) =>
    hierarchy.unified
      ? line.startsWith("0:")
      : (line.split(":")[1] ?? "").split(",").includes(controller),
  );
  return `${hierarchy.mount}${mine?.split(":")[2]}`;
}

/** One buffer of 200 MB, every page of it written to. */
const eat = "dd if=/dev/zero of=/dev/null bs=200M count=1";

for (const userns of ["host", "auto:size=2000"]) {
  const needs = ["root", "busybox", "memory-controller"] as const;
  test(`memory runs out (userns ${userns})`, { needs }, async () => {
    const result = await launch(`exec ${eat}`, { memory: "64m", userns });
    assert.equal([result.exitCode, result.signal, result.oom], [137, "SIGKILL", true]);
  });
}

test("memory runs out in a child", {
  needs: ["root", "busybox", "memory-controller"],
}, async () => {
  const result = await launch(`${eat} 2>&1; echo code $?`, { memory: "64m" });
  assert.equal([result.exitCode, result.oom], [0, true]);
  assert.match(result.stdout ?? "", /code 137\n$/);
});

test("memory suffices", { needs: ["root", "busybox", "memory-controller"] }, async () => {
  const result = await launch(`${eat} 2>&1`, { memory: "300m" });
  assert.equal([result.exitCode, result.oom], [0, false]);
});

const pids_events = [
  "for f in /sys/fs/cgroup/pids/pids.events /sys/fs/cgroup/pids.events; do",
  "  if [ -f $f ]; then read -r name count <$f; echo refused $count; fi",
  "done",
];

test("a fork bomb ends", { needs: ["root", "busybox"] }, async () => {
  const script = [
    "bomb() { bomb | bomb & }",
    "bomb 2>/dev/null",
    "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done",
    "set -- /proc/[0-9]*; echo processes $#",
    ...pids_events,
  ];
  const host = await background("");
  try {
    const result = await launch(script.join("\n"), { pidsLimit: 20 });
    assert.is(result.exitCode, 0, result.stderr);
    const number = (name: string): number =>
      Number(new RegExp(`${name} (\\d+)`).exec(result.stdout ?? "")?.[1]);
    assert.ok(number("processes") <= 20, result.stdout);
    assert.ok(number("refused") > 0, result.stdout);
    assert.ok(
      processes().some((line) => line.startsWith(`${host.pid} `)),
      "the host lives",
    );
  } finally {
    await host.stop();
  }
});

test("the limit of pids is exact", { needs: ["root", "busybox"] }, async () => {
  // The shell itself is one of five; a non-interactive shell ends when it cannot fork.
  const three = "for i in 1 2 3; do sleep 100 & done; sleep 0; echo done";
  assert.is(await output(three, { pidsLimit: 5 }), "done\n");
  const { exitCode, stderr } = await launch(three.replace("3;", "3 4 5;"), { pidsLimit: 5 });
  assert.is.not(exitCode, 0);
  assert.match(stderr ?? "", /can't fork/);
});

interface Use {
  /** Processors' worth of time, by the cgroup's own account. */
  cpus: number;
  throttled: number;
}

async function use(options: RunOptions): Promise<Use> {
  const spin = "for i in 1 2 3 4; do while :; do :; done & done";
  const { pid, stop } = await background(spin, options);
  try {
    const start = { used: used(pid), ms: performance.now() };
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const cpus = (used(pid) - start.used) / (performance.now() - start.ms);
    const stat = readFileSync(`${cgroup(pid, "cpu")}/cpu.stat`, "utf8");
    return { cpus, throttled: Number(/^nr_throttled (\d+)$/m.exec(stat)?.[1]) };
  } finally {
    await stop();
  }
}

/** Milliseconds of processor time, by the cgroup's own account. */
function used(pid: number): number {
  if (probe().cgroup.hierarchies.some((h) => h.controllers.includes("cpuacct"))) {
    return Number(readFileSync(`${cgroup(pid, "cpuacct")}/cpuacct.usage`, "utf8")) / 1e6;
  }
  const stat = readFileSync(`${cgroup(pid, "cpu")}/cpu.stat`, "utf8");
  return Number(/^usage_usec (\d+)$/m.exec(stat)?.[1]) / 1e3;
}

test("half a processor is half a processor", { needs: ["root", "busybox"] }, async () => {
  const [half, free] = [await use({ cpus: 0.5 }), await use({})];
  const seen = JSON.stringify({ half, free });
  assert.is(free.throttled, 0, seen);
  // Beside other work a container may get less than its limit, and then it is not throttled.
  assert.ok(half.cpus <= 0.6 && half.cpus >= Math.min(0.5, free.cpus) / 2, seen);
  assert.ok(half.throttled > 0 || half.cpus < 0.5, seen);
});

const limits: [string, RunOptions][] = [
  ["memory", { memory: "64m" }],
  ["pids", { pidsLimit: 20 }],
  ["cpu", { cpus: 0.5 }],
];

const jobs: Jobs = {
  refused: async () => {
    const errors = limits.map(async ([, options]) => {
      const { code, exitCode, hint, message } = await refusal(launch("true", options));
      return { code, exitCode, hint, message };
    });
    return Promise.all(errors);
  },
};

test("a limit that an ordinary user cannot set is an error", {
  needs: ["user", "userns", "busybox"],
}, async ({ user }) => {
  const errors = (await ask(user, import.meta.url, "refused")) as Record<string, string>[];
  errors.forEach((error, i) => {
    const [name = ""] = limits[i] ?? [];
    assert.equal([error.code, error.exitCode], ["ERR_CGROUP_CONTROLLER", 125], error.message);
    assert.match(error.message ?? "", name);
    assert.match(error.hint ?? "", /Delegate|systemd-run|root/);
  });
});

if (!(await isJob(jobs))) test.run();
