import * as assert from "uvu/assert";
import { allProcesses, killCgroup, processes } from "../../shim/cgroup-processes.ts";
import { removeCgroups } from "../../shim/cgroup-removal.ts";
import * as cgroupfs from "../../shim/cgroupfs.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { Hierarchy } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { mkdirat } from "../../shim/files.ts";
import { pidfdSendSignal } from "../../shim/pidfd.ts";
import { pipe2 } from "../../shim/socket.ts";
import { exited } from "../../shim/wait.ts";
import { topic } from "../harness.ts";
import { shell } from "./child.ts";
import { kept, thrown } from "./kept.ts";

const test = topic("shim cgroupfs", { vm: true });
const name = `/wrun-test-${process.pid}`;

/** A v1 hierarchy, and v2 where it is mounted. */
function writable(): Hierarchy[] {
  const all = probe().cgroup.hierarchies.filter(({ writable }) => writable === "root");
  const v1 = all.find(({ controllers, unified }) => !unified && controllers.includes("pids"));
  const v2 = all.find(({ unified }) => unified);
  return [v1, v2].filter((found) => found !== undefined);
}

async function inEach(body: (root: Fd, hierarchy: Hierarchy) => Promise<void>): Promise<void> {
  for (const hierarchy of writable()) {
    await kept(async () => {
      using root = cgroupfs.openHierarchy(hierarchy.mount);
      await body(root, hierarchy);
    });
  }
}

/** Processes that wait for nothing, in a cgroup; killed by their own pidfd if the test fails. */
async function inhabited(cgroup: Fd, count: number, body: (pidfds: Fd[]) => Promise<void>) {
  const pidfds = Array.from({ length: count }, () => shell("exec sleep 30"));
  try {
    for (const pidfd of pidfds) cgroupfs.writeFile(cgroup, "cgroup.procs", pid(pidfd));
    await body(pidfds);
  } finally {
    for (const pidfd of pidfds) {
      try {
        pidfdSendSignal(pidfd, 9);
        await exited(pidfd);
      } catch {
        // The test has done it.
      }
      pidfd.close();
    }
  }
}

const pid = (pidfd: Fd) => pidfd.name.replace("pid ", "");

test("makes a cgroup, says what is new, and removes only that", { needs: ["root"] }, () =>
  inEach(async (root) => {
    const first = cgroupfs.makeCgroup(root, `${name}/a/b`);
    assert.equal(first.made, [name, `${name}/a`, `${name}/a/b`]);
    const second = cgroupfs.makeCgroup(root, `${name}/a/c`);
    assert.equal(second.made, [`${name}/a/c`]);
    const again = cgroupfs.makeCgroup(root, `${name}/a/c/`);
    assert.equal(again.made, []);
    for (const { fd } of [first, second, again]) fd.close();
    await removeCgroups(root, first.made);
    // The other one still lives in the ancestors.
    cgroupfs.openCgroup(root, `${name}/a/c`).close();
    assert.match(
      (await thrown(() => cgroupfs.openCgroup(root, `${name}/a/b`))).message,
      /: ENOENT/,
    );
    await removeCgroups(root, [name, `${name}/a`, ...second.made]);
    assert.match((await thrown(() => cgroupfs.openCgroup(root, name))).message, /: ENOENT/);
    await removeCgroups(root, first.made);
    await removeCgroups(root, []);
  }),
);

test("removes what a container made in its cgroup", { needs: ["root"] }, () =>
  inEach(async (root) => {
    const { fd, made } = cgroupfs.makeCgroup(root, name);
    mkdirat(fd, "inner");
    cgroupfs.makeCgroup(root, `${name}/other/deep`).fd.close();
    fd.close();
    await removeCgroups(root, made);
    assert.match((await thrown(() => cgroupfs.openCgroup(root, name))).message, /: ENOENT/);
  }),
);

test("takes back what it made when a part cannot be made", { needs: ["root"] }, () =>
  inEach(async (root) => {
    assert.match(
      (await thrown(() => cgroupfs.makeCgroup(root, `${name}/a/b\nc`))).message,
      // A line break would make /proc/PID/cgroup ambiguous.
      /: EINVAL/,
    );
    assert.match((await thrown(() => cgroupfs.openCgroup(root, name))).message, /: ENOENT/);
    assert.throws(() => cgroupfs.makeCgroup(root, "/a/../b"), "`/a/../b` is not a cgroup path");
  }),
);

test("says that it may not make a cgroup", { needs: ["not-root"] }, () =>
  kept(async () => {
    const [hierarchy] = probe().cgroup.hierarchies.filter(({ writable }) => writable === "none");
    if (!hierarchy) return;
    using root = cgroupfs.openHierarchy(hierarchy.mount);
    assert.match((await thrown(() => cgroupfs.makeCgroup(root, name))).message, /: (EACCES|EROFS)/);
  }),
);

test(
  "writes and reads files, and reports a value that the kernel refuses",
  { needs: ["root"] },
  () =>
    inEach(async (root, { unified }) => {
      const { fd, made } = cgroupfs.makeCgroup(root, name);
      using cgroup = fd;
      const [file, value] = unified ? ["cgroup.max.depth", "7"] : ["notify_on_release", "1"];
      cgroupfs.writeFile(cgroup, file, value);
      assert.is(cgroupfs.readFile(cgroup, file), value);
      const refused = await thrown(() => cgroupfs.writeFile(cgroup, file, "x"));
      assert.match(refused.message, new RegExp(`^write \`.*${name}/${file}\`: EINVAL`));
      const missing = await thrown(() => cgroupfs.writeFile(cgroup, "no.such", "x"));
      assert.match(missing.message, /^openat2 .*no\.such`: (ENOENT|EACCES)/);
      assert.throws(() => cgroupfs.readFile(cgroup, "../tasks"), /not the name of a cgroup file/);
      await removeCgroups(root, made);
    }),
);

test("kills all that is in a cgroup and below", { needs: ["root"] }, () =>
  inEach(async (root) => {
    const { fd, made } = cgroupfs.makeCgroup(root, name);
    const inner = cgroupfs.makeCgroup(root, `${name}/inner`);
    using cgroup = fd;
    using below = inner.fd;
    await inhabited(below, 3, async (pidfds) => {
      assert.equal(processes(below).sort(), pidfds.map((pidfd) => Number(pid(pidfd))).sort());
      assert.equal(processes(cgroup), []);
      assert.is(allProcesses(cgroup).length, 3);
      const statuses = pidfds.map((pidfd) => exited(pidfd));
      await killCgroup(cgroup);
      for (const status of await Promise.all(statuses)) assert.is(status.killed, 9);
      assert.equal(allProcesses(cgroup), []);
    });
    await removeCgroups(root, made);
  }),
);

test("ends a fork bomb in a cgroup that has a limit of pids", { needs: ["root"] }, () =>
  inEach(async (root, { controllers }) => {
    if (!controllers.includes("pids")) return;
    const { fd, made } = cgroupfs.makeCgroup(root, name);
    using cgroup = fd;
    cgroupfs.writeFile(cgroup, "pids.max", "20");
    const [reading, writing] = pipe2();
    using bomb = shell("read line; f() { f | f & }; f; wait", [[reading.number, 0]]);
    reading.close();
    cgroupfs.writeFile(cgroup, "cgroup.procs", pid(bomb));
    writing.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const status = exited(bomb);
    await killCgroup(cgroup);
    await status;
    assert.equal(processes(cgroup), []);
    await removeCgroups(root, made);
  }),
);

test("reports that processes are still there", { needs: ["root"] }, () =>
  inEach(async (root) => {
    const { fd, made } = cgroupfs.makeCgroup(root, name);
    using cgroup = fd;
    await inhabited(cgroup, 1, async () => {
      const error = await thrown(() => removeCgroups(root, made));
      assert.match(error.message, new RegExp(`^unlinkat .*${name}\`: EBUSY`));
    });
    await removeCgroups(root, made);
  }),
);

test("counts what was killed for lack of memory", { needs: ["root", "memory-controller"] }, () =>
  kept(async () => {
    const { hierarchies } = probe().cgroup;
    const memory = hierarchies.find(({ controllers }) => controllers.includes("memory"));
    assert.ok(memory);
    using root = cgroupfs.openHierarchy(memory.mount);
    const { fd, made } = cgroupfs.makeCgroup(root, name);
    using cgroup = fd;
    assert.is(cgroupfs.oomKills(cgroup), 0);
    const limit = memory.unified ? "memory.max" : "memory.limit_in_bytes";
    cgroupfs.writeFile(cgroup, limit, String(16 << 20));
    const [reading, writing] = pipe2();
    using eater = shell("read line; exec tail /dev/zero", [[reading.number, 0]]);
    reading.close();
    cgroupfs.writeFile(cgroup, "cgroup.procs", pid(eater));
    writing.close();
    assert.is((await exited(eater)).killed, 9);
    assert.is(cgroupfs.oomKills(cgroup), 1);
    await removeCgroups(root, made);
  }),
);

test.run();
