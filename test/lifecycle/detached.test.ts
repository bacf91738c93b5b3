/** `wrun run --detach` and `--keep`: a container that goes on without its wrun, and how it ended. */
import { existsSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { ContainerState } from "../../runtime/state/container.ts";
import { topic } from "../harness.ts";
import { newId, until } from "../run/launch.ts";
import { rootfs } from "../run/rootfs.ts";
import { isAsBefore, trace } from "../run/trace.ts";
import { shell, wrun } from "./place.ts";

const test = topic("detached", { vm: true });
const needs = ["root", "busybox"] as const;

const parent = (pid: number): string =>
  /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";

async function ended(id: string): Promise<number | undefined> {
  // The keeper writes a moment after the end.
  await until(() => state(id).exitCode !== undefined);
  return state(id).exitCode;
}

test("it runs on, and its exit status is kept", { needs }, async () => {
  const warm = newId();
  wrun("run", "-d", "-b", shell("true"), warm);
  await remove(warm, { force: true });
  const before = trace(rootfs());
  for (const [script, code] of [
    ["exit 7", 7],
    ["exit 0", 0],
    ["sleep 1000 & exit 3", 3],
  ] as const) {
    const id = newId();
    assert.equal(wrun("run", "--detach", "-b", shell(script), id), { status: 0, out: "", err: "" });
    assert.is(await ended(id), code);
    assert.is(state(id).status, "stopped");
    await remove(id);
  }
  await isAsBefore(before, rootfs());
});

test("a signal that ends it is kept too", { needs }, async () => {
  const id = newId();
  wrun("run", "-d", "-b", shell("exec sleep 1000"), id);
  assert.is(state(id).exitCode, undefined);
  await kill(id, "KILL");
  assert.is(await ended(id), 137);
  await remove(id);
});

test("the keeper is in no cgroup of the container, holds none of its files, and goes with it", {
  needs,
}, async () => {
  const id = newId();
  wrun("run", "-d", "-b", shell("exec sleep 1000"), id);
  const { pid } = state(id);
  const keeper = Number(parent(pid));
  assert.is(readFileSync(`/proc/${keeper}/comm`, "utf8").length > 0, true);
  assert.not.match(readFileSync(`/proc/${keeper}/cgroup`, "utf8"), id);
  const { readdirSync, readlinkSync } = await import("node:fs");
  const files = readdirSync(`/proc/${keeper}/fd`).map((n) =>
    readlinkSync(`/proc/${keeper}/fd/${n}`),
  );
  assert.equal(files.length, 1, files.join());
  assert.match(files[0] ?? "", /\/exit$/);
  assert.is(readlinkSync(`/proc/${keeper}/cwd`), "/");
  await remove(id, { force: true });
  await until(() => !existsSync(`/proc/${keeper}`));
});

test("a made-up id is printed, a given one is not", { needs }, async () => {
  const { out, status } = wrun("run", "-d", "--rootfs", rootfs(), "--", "/bin/sleep", "1000");
  assert.is(status, 0);
  assert.match(out, /^[0-9a-f]{12}\n$/);
  await remove(out.trim(), { force: true });
});

test("what cannot be started leaves nothing", { needs }, async () => {
  const before = trace(rootfs());
  for (const program of ["/no/such/program", "/bin"]) {
    const ran = wrun("run", "-d", "--rootfs", rootfs(), "--name", newId(), "--", program);
    assert.is(ran.status, program === "/bin" ? 126 : 127, ran.err);
  }
  await isAsBefore(before, rootfs());
});

test("--keep: the state stays, with the exit status, until delete", { needs }, async () => {
  for (const [script, code] of [
    ["exit 5", 5],
    ["kill -9 $$", 137],
  ] as const) {
    const id = newId();
    // Without a pid namespace of its own a process may kill itself.
    const bundle = shell(script, (spec) => ({
      ...spec,
      linux: {
        ...spec.linux,
        namespaces: (spec.linux?.namespaces ?? []).filter(({ type }) => type !== "pid"),
      },
    }));
    assert.is(wrun("run", "--keep", "-b", bundle, id).status, code);
    assert.equal([state(id).status, state(id).exitCode], ["stopped", code]);
    assert.is(ContainerState.peek(id)?.owner, "detached");
    await remove(id);
  }
});

test.run();
