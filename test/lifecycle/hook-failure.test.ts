/** runtime.md#lifecycle: what a hook that fails, or that is interrupted, does to the container. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { list } from "../../runtime/lifecycle/list.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import { reapOrphans } from "../../runtime/state/remove.ts";
import { project, topic } from "../harness.ts";
import { launch, newId, refusal, stateRoot, until } from "../run/launch.ts";
import { rootfs } from "../run/rootfs.ts";
import { isAsBefore, leavesNothing, trace } from "../run/trace.ts";
import { all, clear, hook, kinds, logged, place, ran, tell, withHooks } from "./hook-place.ts";
import { created, lastLine, shell, wrun } from "./place.ts";

const test = topic("failing hooks", { vm: true });
const needs = ["root", "busybox"] as const;

for (const kind of kinds.slice(0, 3)) {
  test(`${kind} fails: an error, no container, no later hook, and poststop`, {
    needs,
  }, async () => {
    await launch("true");
    clear();
    const failing = hook(kind, "cat >/dev/null; echo why it is >&2; exit 7");
    const hooks = { ...all(), [kind]: [failing, hook(kind, tell)] };
    const id = newId();
    const error = await leavesNothing(
      () => refusal(created("true", { name: id }, withHooks(hooks))),
      rootfs(),
    );
    assert.equal(
      [error.code, error.message],
      ["ERR_HOOK", `cannot run the ${kind} hook \`/bin/sh\` (1 of 2): it ended with exit code 7`],
    );
    assert.match(error.because ?? "", "why it is");
    const before = kinds.slice(0, kinds.indexOf(kind));
    assert.equal(ran(), [...before, "poststop"]);
    assert.equal(list(), []);
  });
}

test("startContainer fails: start fails, the program does not run, the container goes", {
  needs,
}, async () => {
  clear();
  const failing = hook("startContainer", "echo inside; kill -9 $$");
  const hooks = { ...all(), startContainer: [failing, hook("startContainer", tell)] };
  const { id } = await created("echo program >>/mnt/log", {}, withHooks(hooks));
  const error = await refusal(start(id));
  assert.equal(
    [error.code, error.message],
    ["ERR_HOOK", "cannot run the startContainer hook `/bin/sh` (1 of 2): it was ended by signal 9"],
  );
  assert.match(error.because ?? "", "inside");
  assert.equal(ran(), [...kinds.slice(0, 3), "poststop"]);
  assert.is((await refusal(start(id))).code, "ERR_NOT_FOUND");
});

test("poststart fails: start fails, the program is ended, the container goes", {
  needs,
}, async () => {
  clear();
  const hooks = { ...all(), poststart: [hook("poststart", "exit 1"), hook("poststart", tell)] };
  const { id, pid } = await created("exec sleep 1000", {}, withHooks(hooks));
  const error = await refusal(start(id));
  assert.match(error.message, /^cannot run the poststart hook .* exit code 1$/);
  assert.not(existsSync(`/proc/${pid}`));
  assert.equal(ran(), [...kinds.slice(0, 4), "poststop"]);
  assert.equal(list(), []);
});

test("poststart fails in the foreground", { needs }, async () => {
  clear();
  const hooks = { ...all(), poststart: [hook("poststart", "exit 1")] };
  const bundle = shell("exec sleep 1000", withHooks(hooks));
  const failed = (): Promise<unknown> => refusal(launch("", { bundle, args: [] }));
  await leavesNothing(failed, rootfs());
  assert.is(ran().at(-1), "poststop");
});

test("poststop fails: a warning, and the remaining hooks run", { needs }, async () => {
  clear();
  const hooks = { poststop: [hook("poststop", "exit 1"), hook("poststop", tell)] };
  const { id } = await created("true", {}, withHooks(hooks));
  const file = join(place, "warnings");
  const { status, err } = wrun("--log", file, "--log-format", "json", "delete", id);
  assert.is(status, 0);
  assert.match(err, /^wrun: warning: cannot run the poststop hook `\/bin\/sh` \(1 of 2\)/);
  const { level, code } = JSON.parse(lastLine(readFileSync(file, "utf8")));
  assert.equal([level, code], ["warning", "ERR_HOOK"]);
  assert.equal(ran(), ["poststop"]);
});

test("a container that failed before any hook ran has no poststop", { needs }, async () => {
  clear();
  const hooks = { poststop: [hook("poststop", tell)] };
  await refusal(created("", { args: ["nowhere"] }, withHooks(hooks)));
  assert.equal(logged(), []);
});

for (const kind of ["createRuntime", "createContainer"] as const) {
  test(`${kind} takes longer than its timeout: it is ended`, { needs }, async () => {
    clear();
    const slow = hook(kind, "echo $$ >$dir/pid; exec sleep 1000", { timeout: 1 });
    const failed = (): Promise<Error> =>
      refusal(created("true", {}, withHooks({ [kind]: [slow] })));
    const { message } = await leavesNothing(failed, rootfs());
    assert.match(message, /it was not done after/);
    if (kind === "createRuntime") {
      assert.not(existsSync(`/proc/${readFileSync(join(place, "pid"), "utf8").trim()}`));
    }
  });

  test(`${kind} is done before its timeout`, { needs }, async () => {
    const { id } = await created(
      "true",
      {},
      withHooks({ [kind]: [hook(kind, "", { timeout: 20 })] }),
    );
    await remove(id);
  });

  test(`${kind} that is not there`, { needs }, async () => {
    const nowhere = { path: "/no/such/hook" };
    const error = await refusal(created("true", {}, withHooks({ [kind]: [nowhere] })));
    assert.is(error.code, "ERR_HOOK");
    assert.match(error.message, /`\/no\/such\/hook` \(1 of 1\).*ENOENT$/);
  });
}

test("a signal to wrun ends a hook and the creation", { needs }, async () => {
  clear();
  const hooks = {
    prestart: [hook("prestart", "echo $$ >$dir/pid; exec sleep 1000")],
    poststop: [hook("poststop", tell)],
  };
  rmSync(join(place, "pid"), { force: true });
  const bundle = shell("true", withHooks(hooks));
  const argv = [join(project, "dist/wrun.cjs"), "create", "-b", bundle, newId()];
  const before = trace(rootfs());
  const env = { PATH: process.env.PATH, WRUN_ROOT: stateRoot };
  const child = spawn(process.execPath, argv, { stdio: "ignore", env });
  await until(() => existsSync(join(place, "pid")));
  child.kill("SIGTERM");
  assert.equal(await once(child, "exit"), [143, null]);
  await isAsBefore(before, rootfs());
  assert.equal(ran(), ["poststop"]);
});

test("wrun is killed in a hook: the hook ends, and the next wrun makes up for poststop", {
  needs,
}, async () => {
  clear();
  const hooks = {
    createRuntime: [hook("createRuntime", "echo $$ >$dir/pid; exec sleep 1000")],
    poststop: [hook("poststop", tell)],
  };
  rmSync(join(place, "pid"), { force: true });
  const bundle = shell("true", withHooks(hooks));
  const id = newId();
  const argv = [join(project, "dist/wrun.cjs"), "create", "-b", bundle, id];
  const before = trace(rootfs());
  const env = { PATH: process.env.PATH, WRUN_ROOT: stateRoot };
  const child = spawn(process.execPath, argv, { stdio: "ignore", env });
  await until(
    () => existsSync(join(place, "pid")) && readFileSync(join(place, "pid"), "utf8") !== "",
  );
  const pid = readFileSync(join(place, "pid"), "utf8").trim();
  assert.is(state(id).status, "creating");
  child.kill("SIGKILL");
  await once(child, "exit");
  await until(() => !existsSync(`/proc/${pid}`));
  assert.equal(await reapOrphans(), [id]);
  await isAsBefore(before, rootfs());
  assert.equal(ran(), ["poststop"]);
});

test.run();
