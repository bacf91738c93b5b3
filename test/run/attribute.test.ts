/** How a program is scheduled, where its memory is, what AppArmor takes it for: config.md#linux-process. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Linux, Process, Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { created } from "../lifecycle/place.ts";
import { bundle } from "./bundle.ts";
import { launch, output, refusal } from "./launch.ts";
import { temporary } from "./rootfs.ts";
import { leavesNothing } from "./trace.ts";

const test = topic("attributes of the process", { vm: true });
const needs = ["root", "busybox"] as const;

const changed =
  (process: Partial<Process>, linux: Linux = {}) =>
  (spec: Spec): Spec => ({
    ...spec,
    process: { cwd: "/", ...spec.process, ...process },
    linux: { ...spec.linux, ...linux },
  });

const withProcess = (process: Partial<Process>, options: RunOptions = {}): string =>
  bundle(changed(process), options);

/** nice, rt_priority and policy: fields 19, 40 and 41 of proc_pid_stat(5). */
const scheduled = "cut -d' ' -f 19,40,41 /proc/self/stat";

test("scheduler: policy, nice value, priority", { needs }, async () => {
  const seen = (scheduler: NonNullable<Process["scheduler"]>, options: RunOptions = {}) =>
    output(scheduled, { bundle: withProcess({ scheduler }, options) });
  assert.is(await seen({ policy: "SCHED_BATCH", nice: 5 }), "5 0 3\n");
  assert.is(await seen({ policy: "SCHED_OTHER", nice: -7 }), "-7 0 0\n");
  assert.is(await seen({ policy: "SCHED_IDLE" }, { userns: "auto:size=2000" }), "0 0 5\n");
  const nice = { policy: "SCHED_OTHER", nice: -7 } as const;
  assert.is(await seen(nice, { userns: "auto:size=2000" }), "-7 0 0\n");
});

test("what the kernel refuses of it leaves nothing", { needs }, async () => {
  await launch("true", { bundle: withProcess({}) });
  const scheduler = { policy: "SCHED_ISO" } as const;
  const path = withProcess({ scheduler });
  const error = await leavesNothing(() => refusal(launch("true", { bundle: path })));
  assert.is(error.code, "ERR_LAUNCH");
  assert.match(error.message, /`SCHED_ISO`.*EINVAL$/);
});

test("I/O priority", { needs }, async () => {
  const seen = (ioPriority: NonNullable<Process["ioPriority"]>, options: RunOptions = {}) =>
    output("ionice -p $$", { bundle: withProcess({ ioPriority }, options) });
  assert.match(await seen({ class: "IOPRIO_CLASS_BE", priority: 6 }), /best-effort: prio 6/);
  assert.match(await seen({ class: "IOPRIO_CLASS_IDLE", priority: 0 }), /idle/);
  const realtime = { class: "IOPRIO_CLASS_RT", priority: 2 } as const;
  assert.match(await seen(realtime, { userns: "auto:size=2000" }), /realtime: prio 2/);
});

test("execution domain", { needs }, async () => {
  const seen = (domain: "LINUX" | "LINUX32") =>
    output("uname -m", { bundle: bundle(changed({}, { personality: { domain } })) });
  const own = execFileSync("uname", ["-m"]).toString();
  assert.is(await seen("LINUX"), own);
  if (own === "x86_64\n") assert.is(await seen("LINUX32"), "i686\n");
});

test("memory policy", { needs }, async () => {
  if (!readFileSync("/proc/self/status", "utf8").includes("Mems_allowed:\t")) return;
  const policy = { mode: "MPOL_BIND", nodes: "0" } as const;
  const path = bundle(changed({}, { memoryPolicy: policy }));
  assert.match(await output("cat /proc/self/numa_maps", { bundle: path }), / bind:0 /);
  const wrong = bundle(changed({}, { memoryPolicy: { ...policy, nodes: "900" } }));
  assert.match((await refusal(launch("true", { bundle: wrong }))).message, /`MPOL_BIND`.*EINVAL$/);
});

test("processors of what exec runs, and not of the container", { needs }, async () => {
  const execCPUAffinity = { initial: "0", final: "1" };
  const { id } = await created("exec sleep 1000", {}, changed({ execCPUAffinity }));
  await start(id);
  const allowed = "grep Cpus_allowed_list";
  const seen = async (path: string): Promise<string> =>
    (await exec(id, { args: ["/bin/sh", "-c", `${allowed} ${path}`] })).stdout ?? "";
  assert.is(await seen("/proc/self/status"), "Cpus_allowed_list:\t1\n");
  assert.not.match(await seen("/proc/1/status"), /\t1$/m);
  await remove(id, { force: true });
});

test("a label that no module knows is refused, and leaves nothing", { needs }, async () => {
  await launch("true", { bundle: withProcess({}) });
  for (const label of [{ apparmorProfile: "wrun-none" }, { selinuxLabel: "a:b:c:s0" }]) {
    const path = withProcess(label);
    const error = await leavesNothing(() => refusal(launch("true", { bundle: path })));
    assert.is(error.code, "ERR_LSM");
    assert.match(error.message, Object.values(label)[0]);
  }
});

const profile = `profile wrun-test flags=(attach_disconnected,mediate_deleted) {
  file,
  network,
  capability,
  signal,
  deny /etc/secret r,
}
`;

test("AppArmor profile, of the container and of exec", {
  needs: [...needs, "apparmor"],
}, async () => {
  const file = join(temporary("profile"), "wrun-test");
  writeFileSync(file, profile);
  execFileSync("apparmor_parser", ["-r", file]);
  try {
    const apparmorProfile = "wrun-test";
    const current = "cat /proc/self/attr/current; echo x >/etc/secret; cat /etc/secret; true";
    for (const options of [{}, { userns: "auto:size=2000" } as const]) {
      const path = withProcess({ apparmorProfile, noNewPrivileges: true }, options);
      assert.is(await output(current, { bundle: path }), "wrun-test (enforce)\n");
    }
    const { id } = await created("exec sleep 1000", {}, changed({ apparmorProfile }));
    await start(id);
    const { stdout } = await exec(id, { args: ["/bin/sh", "-c", current] });
    assert.is(stdout, "wrun-test (enforce)\n");
    await remove(id, { force: true });
  } finally {
    execFileSync("apparmor_parser", ["-R", file]);
  }
});

test.run();
