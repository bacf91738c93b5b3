/** Saving memory ahead, joined namespaces, and images that runc has made or is to read. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { checkpoint } from "../../runtime/lifecycle/checkpoint.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { NamespaceType, Spec } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { clear, created, shell, wrun } from "../lifecycle/place.ts";
import { newId, refusal, until } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";
import { counted, counter, isWhole, withData } from "./count-place.ts";

const test = topic("checkpoint and others", { vm: true, alone: true });
const needs = ["root", "busybox", "criu"] as const;
const timeout_ms = 60_000;

async function goesOn(data: string): Promise<void> {
  const last = counted(data).length;
  await until(() => counted(data).length > last + 2, "more numbers");
  assert.ok(isWhole(counted(data)), `${counted(data)}`);
}

// The kernel of arm64 does not tell which pages were written to (pagemap.rst, "soft-dirty").
test("memory is saved ahead, and the rest on top of it", {
  needs: [...needs, "x64"],
  timeout_ms,
}, async () => {
  const [data, place] = [temporary("data"), temporary("images")];
  const [ahead, images] = [join(place, "ahead"), join(place, "images")];
  const { id, pid } = await created(counter, {}, withData(data));
  await start(id);
  await until(() => counted(data).length > 2, "some numbers");
  await checkpoint(id, { imagePath: ahead, preDump: true });
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  await goesOn(data);
  for (const parentPath of [ahead, "../none"]) {
    const refused = await refusal(checkpoint(id, { imagePath: images, parentPath }));
    assert.is(refused.code, "ERR_USAGE");
  }
  const { bundle } = state(id);
  await checkpoint(id, { imagePath: images, parentPath: "../ahead" });
  assert.ok(existsSync(join(images, "parent")));
  const ran = wrun("restore", "-d", "-b", bundle, "--image-path", images, id);
  assert.equal([ran.status, ran.err], [0, ""]);
  await goesOn(data);
  await remove(id, { force: true });
});

test("two at once leave the hierarchies as they were", { needs, timeout_ms }, async () => {
  const flags = (): string[] =>
    readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(" - cgroup"));
  const before = flags();
  const made = [await created("exec sleep 1000"), await created("exec sleep 1000")];
  for (const { id } of made) await start(id);
  await Promise.all(
    made.map(({ id }) => checkpoint(id, { imagePath: temporary("images"), leaveRunning: true })),
  );
  assert.equal(flags(), before);
  for (const { id } of made) await remove(id, { force: true });
});

test("namespaces that were joined are joined again, and stay", { needs, timeout_ms }, async () => {
  const [data, images] = [temporary("data"), temporary("images")];
  const other = spawn("unshare", ["--net", "--ipc", "sleep", "1000"], { stdio: "ignore" });
  try {
    const inode = (pid: number | undefined, kind: string): number =>
      statSync(`/proc/${pid}/ns/${kind}`).ino;
    const kinds = ["net", "ipc"];
    const isApart = (kind: string) => inode(other.pid, kind) !== inode(process.pid, kind);
    await until(() => kinds.every(isApart), "namespaces");
    const joined = (type: NamespaceType, name: string) => {
      return { type, path: `/proc/${other.pid}/ns/${name}` };
    };
    const change = (spec: Spec): Spec => ({
      ...withData(data)(spec),
      linux: {
        ...spec.linux,
        namespaces: [
          ...(spec.linux?.namespaces ?? []).filter((n) => n.type !== "network" && n.type !== "ipc"),
          joined("network", "net"),
          joined("ipc", "ipc"),
        ],
      },
    });
    const { id } = await created(counter, {}, change);
    await start(id);
    await until(() => counted(data).length > 2, "some numbers");
    const { bundle } = state(id);
    await checkpoint(id, { imagePath: images });
    const ran = wrun("restore", "-d", "-b", bundle, "--image-path", images, id);
    assert.equal([ran.status, ran.err], [0, ""]);
    await goesOn(data);
    const { pid } = state(id);
    for (const kind of kinds) assert.is(inode(pid, kind), inode(other.pid, kind), kind);
    await remove(id, { force: true });
  } finally {
    other.kill("SIGKILL");
  }
});

test("a container of runc's is restored by wrun, and one of wrun's by runc", {
  needs: [...needs, "runc"],
  timeout_ms,
}, async () => {
  const [data, one, two, root] = ["data", "one", "two", "runc"].map(temporary) as [
    string,
    string,
    string,
    string,
  ];
  const bundle = shell(counter, withData(data));
  const id = newId();
  // Its output goes nowhere: a container that lives on would keep a pipe open.
  const runc = (...argv: string[]): number | null =>
    spawnSync("runc", ["--root", root, ...argv], { stdio: "ignore" }).status;
  assert.is(runc("run", "-d", "-b", bundle, id), 0);
  await until(() => counted(data).length > 2, "some numbers");
  assert.is(runc("checkpoint", "--image-path", one, id), 0);
  const ran = wrun("restore", "-d", "-b", bundle, "--image-path", one, id);
  assert.equal([ran.status, ran.err], [0, ""]);
  await goesOn(data);
  await checkpoint(id, { imagePath: two });
  assert.is(runc("restore", "-d", "-b", bundle, "--image-path", two, id), 0);
  await goesOn(data);
  assert.is(runc("delete", "-f", id), 0);
});

test("nothing is left", { needs }, clear);
test.run();
