/** The cgroup that exec's program is in. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { ContainerState } from "../../runtime/state/container.ts";
import type { RecordedCgroup } from "../../runtime/state/record.ts";
import { topic } from "../harness.ts";
import { refusal, until } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { clear, created, lastLine, wrun } from "./place.ts";

const test = topic("exec in a cgroup below", { vm: true });
const needs = ["root", "busybox"] as const;

interface Sleeper {
  id: string;
  pid: number;
  cgroups: RecordedCgroup[];
}

async function sleeper(): Promise<Sleeper> {
  const made = await created("exec sleep 1000");
  await start(made.id);
  return { ...made, cgroups: ContainerState.peek(made.id)?.cgroups ?? [] };
}

const directory = ({ mount, path }: RecordedCgroup): string => join(mount, path);

const processes = (cgroup: string): string[] =>
  readFileSync(join(cgroup, "cgroup.procs"), "utf8").trim().split("\n");

/** Runs a program that sleeps, and says its pid. */
async function sleepIn({ id }: Sleeper, cgroups: string[]): Promise<string> {
  const pidFile = join(temporary("pid"), "pid");
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  await exec(id, { args: ["/bin/sleep", "500"], detach: true, pidFile, cgroups, ...quiet });
  return readFileSync(pidFile, "utf8");
}

test("a path alone: in all hierarchies that have a controller", { needs }, async () => {
  const container = await sleeper();
  const all = container.cgroups.filter(({ controllers }) => controllers.length > 0);
  assert.ok(all.length > 0);
  for (const cgroup of all) {
    mkdirSync(join(directory(cgroup), "a/b"), { recursive: true });
    for (const below of ["a", "a/b"]) fillCpuset(join(directory(cgroup), below));
  }
  const pid = await sleepIn(container, ["a/b"]);
  for (const cgroup of all) assert.equal(processes(join(directory(cgroup), "a/b")), [pid]);
  for (const cgroup of container.cgroups.filter((each) => !all.includes(each)))
    assert.ok(processes(directory(cgroup)).includes(pid));
  await remove(container.id, { force: true });
});

/** A new cpuset takes no process before it has processors (cpusets.rst); v2's has those of its parent. */
function fillCpuset(cgroup: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    try {
      const above = readFileSync(join(cgroup, "..", file), "utf8");
      if (above.trim() !== "") writeFileSync(join(cgroup, file), above);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

test("for a controller of v1, the last that fits", { needs: [...needs, "cgroup-v1"] }, async () => {
  const container = await sleeper();
  const of = (name: string): string => {
    const found = container.cgroups.find(({ controllers }) => controllers.includes(name));
    return directory(found as RecordedCgroup);
  };
  for (const name of ["pids", "memory"]) mkdirSync(join(of(name), "a"));
  mkdirSync(join(of("memory"), "b"));
  const pid = await sleepIn(container, ["pids,memory:a", "memory:/b/"]);
  assert.equal(processes(join(of("pids"), "a")), [pid]);
  assert.equal(processes(join(of("memory"), "b")), [pid]);
  assert.ok(processes(of("freezer")).includes(pid));
  const unknown = await refusal(sleepIn(container, ["nothing:a"]));
  assert.equal(
    [unknown.code, unknown.hint],
    ["ERR_USAGE", "the container has no cgroup with `nothing`"],
  );
  await remove(container.id, { force: true });
});

test("v2 has one for all controllers", { needs: [...needs, "cgroup-v2"] }, async () => {
  const container = await sleeper();
  assert.match((await refusal(sleepIn(container, ["memory:a"]))).hint ?? "", "give the path alone");
  await remove(container.id, { force: true });
});

test("one that hands controllers on: where the first process has gone", {
  needs: [...needs, "cgroup-v2"],
}, async () => {
  const container = await sleeper();
  const own = directory(container.cgroups[0] as RecordedCgroup);
  mkdirSync(join(own, "init"));
  writeFileSync(join(own, "init/cgroup.procs"), `${container.pid}`);
  writeFileSync(join(own, "cgroup.subtree_control"), "+pids");
  const pid = await sleepIn(container, []);
  assert.equal(processes(join(own, "init")).sort(), [`${container.pid}`, pid].sort());
  await remove(container.id, { force: true });
});

test("what is not there, or not below, is refused, and nothing is made", { needs }, async () => {
  const container = await sleeper();
  const missing = await refusal(sleepIn(container, ["nowhere"]));
  assert.equal([missing.code, missing.errno], ["ERR_CGROUP", "ENOENT"]);
  for (const path of ["..", "a/../..", "", "/", "."]) {
    const error = await refusal(sleepIn(container, [path]));
    assert.is(error.code, "ERR_USAGE", path);
  }
  const { status, err } = wrun("exec", "--cgroup", "nowhere", container.id, "true");
  assert.is(status, 125);
  assert.match(lastLine(err), /cannot enter the cgroup `.*nowhere`: ENOENT/);
  const [first] = container.cgroups;
  const beside = `${directory(first as RecordedCgroup)}-beside`;
  mkdirSync(beside);
  assert.is((await refusal(sleepIn(container, [`../${container.id}-beside`]))).code, "ERR_USAGE");
  assert.is(readFileSync(join(beside, "cgroup.procs"), "utf8"), "");
  await remove(container.id, { force: true });
  await until(() => readFileSync(join(beside, "cgroup.procs"), "utf8") === "");
  rmdirSync(beside);
});

test("nothing is left", { needs }, clear);

test.run();
