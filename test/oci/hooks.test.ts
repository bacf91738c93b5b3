/** config.md#posix-platform-hooks and the lifecycle of runtime.md, steps 4 to 13: a test for each MUST. */
import { readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Hook, HookKind } from "../../runtime/spec/types.ts";
import { topic } from "../harness.ts";
import { all, clear, hook, kinds, logged, place, ran, withHooks } from "../lifecycle/hook-place.ts";
import { created, lastLine, shell, wrun } from "../lifecycle/place.ts";
import { newId, refusal, until } from "../run/launch.ts";
import { rootfs } from "../run/rootfs.ts";
import { needs, raw, wrongAt } from "./place.ts";

const test = topic("config.md#posix-platform-hooks");

/** Says `KIND WORD` in the log. */
const say = (kind: HookKind, words: string, more: Partial<Hook> = {}): Hook =>
  hook(kind, `echo "$1 ${words}" >>$dir/log`, more);

/** A whole life with one hook, and what the hook has said. */
async function life(kind: HookKind, words: string): Promise<string[]> {
  clear();
  const { id } = await created("exec sleep 1000", {}, withHooks({ [kind]: [say(kind, words)] }));
  await start(id);
  await remove(id, { force: true });
  return logged().map((line) => line.slice(kind.length + 1));
}

const program = `echo program >>/mnt/log; exec sleep 1000`;

for (const kind of kinds) {
  test(`${kind}: all of a kind are called in the listed order`, { needs }, async () => {
    clear();
    const list = ["one", "two", "three"].map((word) => say(kind, word));
    const { id } = await created("exec sleep 1000", {}, withHooks({ [kind]: list }));
    await start(id);
    await remove(id, { force: true });
    assert.equal(logged(), [`${kind} one`, `${kind} two`, `${kind} three`]);
  });

  test(`${kind}: the state comes on stdin`, { needs }, async () => {
    clear();
    const change = withHooks({ [kind]: [hook(kind, 'echo "$1 $(cat)" >>$dir/log')] });
    const { id } = await created("exec sleep 1000", {}, change);
    await start(id);
    await remove(id, { force: true });
    const told = JSON.parse((logged()[0] ?? "").slice(kind.length + 1));
    assert.equal([told.id, typeof told.status, told.annotations], [id, "string", { note: "x" }]);
  });
}

test("prestart, createRuntime, createContainer are part of create, in this order", {
  needs,
}, async () => {
  clear();
  const { id } = await created("exec sleep 1000", {}, withHooks(all()));
  assert.equal(ran(), ["prestart", "createRuntime", "createContainer"]);
  await remove(id, { force: true });
});

test("startContainer and poststart are part of start, before and after the program", {
  needs,
}, async () => {
  clear();
  const hooks = {
    startContainer: [say("startContainer", "now")],
    poststart: [hook("poststart", 'echo "$1 $(cat)" >>$dir/log')],
  };
  const { id, pid } = await created(program, {}, withHooks(hooks));
  assert.equal(ran(), []);
  await start(id);
  const poststart = logged().find((line) => line.startsWith("poststart ")) ?? "";
  assert.ok(poststart.includes(`"pid":${pid}`) && poststart.includes('"status":"running"'));
  await until(() => ran().includes("program"));
  assert.ok(ran().indexOf("startContainer") < ran().indexOf("program"));
  await remove(id, { force: true });
});

test("poststop is part of delete, after the container is gone", { needs }, async () => {
  clear();
  const script = 'echo "$1 $(cat) $(cat /proc/$(cat $dir/pid)/comm 2>&1)" >>$dir/log';
  const change = withHooks({ poststop: [hook("poststop", script)] });
  const { id, pid } = await created("exec sleep 1000", {}, change);
  writeFileSync(join(place, "pid"), String(pid));
  await start(id);
  assert.equal(ran(), []);
  await remove(id, { force: true });
  const [line = ""] = logged();
  assert.match(line, /"status":"stopped"/);
  assert.match(line, /No such file/);
});

for (const kind of ["prestart", "createRuntime", "poststart", "poststop"] as const) {
  test(`${kind}: its path is the runtime's, and so are its namespaces`, { needs }, async () => {
    const [mine = ""] = await life(kind, `$(readlink /proc/self/ns/mnt) $(ls -d ${place})`);
    assert.is(mine, `${readlinkSync("/proc/self/ns/mnt")} ${place}`);
  });
}

test("createContainer: its path is the runtime's, its namespaces are the container's", {
  needs,
}, async () => {
  const [mine = ""] = await life(
    "createContainer",
    `$(readlink /proc/self/ns/uts) $(ls -d ${place})`,
  );
  const [uts, path] = mine.split(" ");
  assert.match(uts ?? "", /^uts:/);
  assert.is.not(uts, readlinkSync("/proc/self/ns/uts"));
  assert.is(path, place);
});

test("createContainer: after the mounts, before the root is entered", { needs }, async () => {
  const root = rootfs();
  const [seen] = await life("createContainer", `$(ls -d ${root}/proc/self ${root}/mnt/log)`);
  assert.ok(seen?.includes(`${root}/proc/self`), seen);
});

test("startContainer: its path and its namespaces are the container's", { needs }, async () => {
  const [mine = ""] = await life("startContainer", "$(readlink /proc/self/ns/uts) $(ls -d /mnt)");
  assert.match(mine, /^uts:\[\d+\] \/mnt$/);
  assert.not.ok(mine.startsWith(readlinkSync("/proc/self/ns/uts")));
});

test("a path that is not absolute is an error", { needs }, async () => {
  for (const kind of kinds) {
    const hooks = { [kind]: [{ path: "bin/true" }] };
    assert.is(await wrongAt({ top: { hooks } }), `/hooks/${kind}/0/path`);
  }
});

test("a timeout that is not greater than zero is an error", { needs }, async () => {
  for (const timeout of [0, -1]) {
    const hooks = { prestart: [{ path: "/bin/true", timeout }] };
    assert.is(await wrongAt({ top: { hooks } }), "/hooks/prestart/0/timeout");
  }
});

test("args and env are lists of strings", { needs }, async () => {
  for (const [name, value, at] of [
    ["args", "x", ""],
    ["env", [1], "/0"],
  ]) {
    const hooks = { prestart: [{ path: "/bin/true", [`${name}`]: value }] };
    assert.is(await wrongAt(raw({ top: { hooks } })), `/hooks/prestart/0/${name}${at}`);
  }
});

const fails = (kind: HookKind): Hook => hook(kind, "echo reason >&2; exit 3");

for (const kind of ["prestart", "createRuntime", "createContainer"] as const) {
  test(`runtime.md#lifecycle: ${kind} fails: an error, the container is stopped, poststop is run`, {
    needs,
  }, async () => {
    clear();
    const hooks = { [kind]: [fails(kind)], poststop: [say("poststop", "too")] };
    const error = await refusal(created("true", {}, withHooks(hooks)));
    assert.is(error.code, "ERR_HOOK");
    assert.match(error.message, kind);
    assert.equal(ran(), ["poststop"]);
  });
}

for (const kind of ["startContainer", "poststart"] as const) {
  test(`runtime.md#lifecycle: ${kind} fails: an error, the container is stopped, poststop is run`, {
    needs,
  }, async () => {
    clear();
    const hooks = { [kind]: [fails(kind)], poststop: [say("poststop", "too")] };
    const { id, pid } = await created("exec sleep 1000", {}, withHooks(hooks));
    const error = await refusal(start(id));
    assert.is(error.code, "ERR_HOOK");
    const gone = (): boolean => {
      try {
        return state(id).status === "stopped";
      } catch {
        return true;
      }
    };
    await until(gone, `the end of ${pid}`);
    await remove(id, { force: true }).catch(() => {});
    assert.equal(ran(), ["poststop"]);
  });
}

test("runtime.md#lifecycle: poststop fails: a warning, and the rest goes on", { needs }, () => {
  clear();
  const hooks = { poststop: [fails("poststop"), say("poststop", "second")] };
  const id = newId();
  assert.is(wrun("create", "--bundle", shell("true", withHooks(hooks)), id).status, 0);
  const { status, err } = wrun("delete", "--force", id);
  assert.is(status, 0);
  assert.match(lastLine(err), /poststop/);
  assert.equal(logged(), ["poststop second"]);
  assert.is.not(wrun("state", id).status, 0);
});

test.run();
