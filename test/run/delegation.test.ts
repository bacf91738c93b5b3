/** cgroup v2 in the hands of an ordinary user: limits where root has handed a subtree over (cgroup-v2.rst, "Delegation"). */
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { probe } from "../../shim/facts/probe.ts";
import { project, topic } from "../harness.ts";

const test = topic("delegation", { vm: true });

const nobody = 65534;

interface Subtree {
  outer: string;
  delegated: string;
}

/** A cgroup that belongs to nobody, below one that hands memory and pids on. */
function delegate(): Subtree {
  const mount = probe().cgroup.hierarchies.find(({ unified }) => unified)?.mount ?? "";
  const outer = join(mount, `wrun-test-${process.pid}`);
  const delegated = join(outer, "user");
  mkdirSync(outer);
  writeFileSync(join(outer, "cgroup.subtree_control"), "+memory +pids +cpu");
  mkdirSync(delegated);
  chownSync(delegated, nobody, nobody);
  for (const file of readdirSync(delegated)) {
    if (/^cgroup\.(procs|subtree_control|threads)$/.test(file)) {
      chownSync(join(delegated, file), nobody, nobody);
    }
  }
  return { outer, delegated };
}

/** Runs wrun as nobody, from within the cgroup. */
function wrunIn(cgroup: string, ...args: string[]) {
  const enter = `echo $$ >${cgroup}/cgroup.procs`;
  const drop = `setpriv --reuid ${nobody} --regid ${nobody} --clear-groups`;
  const script = `${enter}; export WRUN_ROOT=/tmp/wrun-nobody-$$; exec ${drop} "$@"`;
  const wrun = [process.execPath, join(project, "dist/wrun.cjs"), "run", ...args];
  return spawnSync("sh", ["-c", script, "sh", ...wrun], { encoding: "utf8", cwd: "/" });
}

const needs = ["root", "cgroup-v2", "memory-controller", "userns"] as const;

test("an ordinary user has limits in a cgroup of his own", { needs, timeout_ms: 60_000 }, () => {
  const { outer, delegated } = delegate();
  try {
    const script = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max";
    const limits = ["--memory", "64m", "--pids-limit", "20"];
    const { status, stdout, stderr } = wrunIn(delegated, ...limits, "--", "sh", "-c", script);
    assert.equal([status, stderr], [0, ""]);
    assert.is(stdout, `${64 << 20}\n20\n`);
    // wrun had to leave the cgroup for that, and has come back.
    const below = readdirSync(delegated, { withFileTypes: true }).filter((e) => e.isDirectory());
    assert.equal(below, []);
    assert.is(readFileSync(join(delegated, "cgroup.subtree_control"), "utf8").trim(), "");
  } finally {
    rmdirSync(delegated);
    rmdirSync(outer);
  }
});

test.run();
