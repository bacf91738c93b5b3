/** One more program in a container that runs. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { refusal } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { clear, created, lastLine, wrun } from "./place.ts";

const test = topic("exec");
const needs = ["root", "busybox"] as const;

/** A container that sleeps. */
async function sleeper(change?: (spec: Spec) => Spec): Promise<{ id: string; pid: number }> {
  const made = await created("exec sleep 1000", {}, change);
  await start(made.id);
  return made;
}

const said = async (id: string, script: string, more = {}): Promise<string> =>
  (await exec(id, { args: ["/bin/sh", "-c", script], ...more })).stdout ?? "";

test("is in all of the container's namespaces and cgroups", { needs }, async () => {
  const { id, pid } = await sleeper();
  const kinds = readdirSync("/proc/self/ns").filter((kind) => !kind.endsWith("for_children"));
  const links = kinds.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
  const inside = await said(
    id,
    `cd /proc/self/ns; for k in ${kinds.join(" ")}; do readlink $k; done`,
  );
  assert.equal(inside.trim().split("\n"), links);
  assert.is(await said(id, "cat /proc/self/cgroup"), await said(id, "cat /proc/1/cgroup"));
  assert.match(await said(id, "cat /proc/1/cmdline"), "sleep");
});

test("ends with the program's status, and leaves nothing", { needs }, async () => {
  const { id } = await sleeper();
  assert.is((await exec(id, { args: ["/bin/sh", "-c", "exit 7"] })).exitCode, 7);
  assert.is((await exec(id, { args: ["/bin/sh", "-c", "kill -9 $$"] })).signal, "SIGKILL");
  assert.is(await said(id, "ps -o pid,comm | grep -c sleep"), "1\n");
});

test("has the user, directory, variables and limits that are asked for", { needs }, async () => {
  const { id } = await sleeper((spec) => ({
    ...spec,
    process: {
      cwd: "/",
      ...spec.process,
      rlimits: [{ type: "RLIMIT_NOFILE", soft: 77, hard: 88 }],
    },
  }));
  assert.is(await said(id, "id -u; id -g", { user: "1000:50" }), "1000\n50\n");
  assert.is(await said(id, "pwd", { cwd: "/tmp" }), "/tmp\n");
  assert.is(await said(id, "echo $A$PATH", { env: ["A=b", "PATH=/bin"] }), "b/bin\n");
  assert.is(await said(id, "ulimit -n"), "77\n");
});

test("has the container's rights and filter, and no more", { needs }, async () => {
  const { id } = await sleeper((spec) => ({
    ...spec,
    linux: {
      ...spec.linux,
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 95 }],
      },
    },
  }));
  const line = (field: string) => `grep ^${field} /proc/self/status`;
  for (const field of ["CapEff", "CapBnd", "NoNewPrivs", "Seccomp:"])
    assert.is(await said(id, line(field)), await said(id, line(field).replace("self", "1")), field);
  assert.match(await said(id, "mkdir /tmp/x 2>&1; true"), "not supported");
  const more = { capabilities: ["CAP_SYS_TIME"] };
  assert.is.not(await said(id, line("CapEff"), more), await said(id, line("CapEff")));
});

test("nothing of the host's is open in it", { needs }, async () => {
  const { id } = await sleeper();
  assert.is(
    await said(id, "ls /proc/self/fd | sort -n | tr '\\n' ' '"),
    "0 1 2 3 \n".replace("\n", ""),
  );
});

test("groups that are added stay beside those of the user", { needs }, async () => {
  const { id } = await sleeper();
  const groups = await said(id, "id -G", { user: "alice", additionalGids: [7] });
  assert.equal(groups.trim().split(" ").sort(), ["1000", "50", "7"].sort());
});

test("who cannot be told of the program has none", { needs }, async () => {
  const { id } = await sleeper();
  const args = ["/bin/sleep", "777"];
  for (const lost of [{ pidFile: "/nowhere/pid" }, { pidfdSocket: "/nowhere/socket" }]) {
    await refusal(exec(id, { args, detach: true, ...lost }));
    assert.not.match(await said(id, "ps"), "sleep 777");
  }
});

test("a terminal of its own", { needs }, async () => {
  const { id } = await sleeper();
  const whole = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const script = "test -t 0 && test -t 1 && tty > /tmp/tty";
  assert.is((await exec(id, { args: ["/bin/sh", "-c", script], tty: true, ...whole })).exitCode, 0);
});

test("of a container that is not there, or has stopped", { needs }, async () => {
  assert.is((await refusal(exec("nobody", { args: ["true"] }))).code, "ERR_NOT_FOUND");
  const { id } = await sleeper();
  await kill(id, "KILL");
  for (let tries = 0; tries < 100; tries++) {
    const error = await refusal(exec(id, { args: ["true"] })).catch(() => undefined);
    if (error === undefined) continue;
    assert.is(error.code, "ERR_STATE_WRONG");
    return;
  }
  throw new Error("it was not refused");
});

test("a program that is not there is told by name", { needs }, async () => {
  const { id } = await sleeper();
  const error = await refusal(exec(id, { args: ["nothing-here"] }));
  assert.is(error.code, "ERR_EXEC_NOT_FOUND");
  assert.match(error.message, "nothing-here");
  assert.is(await said(id, "ps -o comm"), "COMMAND\nsleep\nps\n");
});

test("the command line: status, flags, a process from a file, detached", { needs }, async () => {
  const { id } = await sleeper();
  assert.is(wrun("exec", id, "sh", "-c", "exit 3").status, 3);
  assert.is(
    wrun("exec", "-e", "A=1", "--cwd", "/tmp", id, "sh", "-c", "echo $A; pwd").out,
    "1\n/tmp\n",
  );
  const directory = temporary("process");
  const file = join(directory, "process.json");
  const process = { cwd: "/bin", args: ["/bin/pwd"], env: ["PATH=/bin"], user: { uid: 5, gid: 6 } };
  writeFileSync(file, JSON.stringify({ ...process, args: ["/bin/sh", "-c", "id -u; pwd"] }));
  assert.is(wrun("exec", "--process", file, id).out, "5\n/bin\n");
  writeFileSync(file, JSON.stringify({ ...process, args: ["/bin/sleep", "500"] }));
  const pidFile = join(directory, "pid");
  assert.is(wrun("exec", "--detach", "--pid-file", pidFile, "--process", file, id).status, 0);
  const pid = readFileSync(pidFile, "utf8");
  // It lives on, in the container.
  assert.match(readFileSync(`/proc/${pid}/cmdline`, "utf8"), "sleep");
  assert.match(await said(id, "ps"), "sleep 500");
  const missing = wrun("exec", "nobody", "true");
  assert.is(missing.status, 125);
  assert.match(lastLine(missing.err), "does not exist");
  assert.is(wrun("exec", id).status, 2);
});

test("nothing is left", { needs }, clear);

test.run();
