import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Hook, HookKind } from "../../runtime/spec/types.ts";
import { project, topic } from "../harness.ts";
import { launch, newId, stateRoot, until } from "../run/launch.ts";
import { makeRootfs, rootfs } from "../run/rootfs.ts";
import { isAsBefore, trace } from "../run/trace.ts";
import { all, clear, hook, kinds, logged, place, ran, withHooks } from "./hook-place.ts";
import { created, shell } from "./place.ts";

const test = topic("hooks", { vm: true });
const needs = ["root", "busybox"] as const;

interface Told {
  kind: string;
  state: { status: string; pid?: number; [key: string]: unknown };
  cwd: string;
  x: string;
}

function told(): Told[] {
  return logged().map((line) => {
    const [, kind = "", json = "", cwd = "", x = ""] =
      /^(\w+) ({.*}) (\S+) (\S*)$/.exec(line) ?? [];
    return { kind, state: JSON.parse(json), cwd, x };
  });
}

function check(id: string, pid: number, bundle: string, ran: Told[]): void {
  const status = ["creating", "creating", "creating", "created", "running", "stopped"];
  const pids = [pid, pid, 1, 1, pid, undefined];
  const places = [bundle, bundle, rootfs(), "/", bundle, bundle];
  assert.equal(
    ran.map(({ kind }) => kind),
    kinds,
  );
  ran.forEach(({ state, cwd, x }, i) => {
    assert.equal(state, {
      ociVersion: "1.3.0",
      id,
      status: status[i],
      ...(pids[i] !== undefined && { pid: pids[i] }),
      bundle,
      annotations: { note: "x" },
    });
    assert.equal([cwd, x], [places[i], "1"]);
  });
}

test("all six, in order, each with the state, its arguments and its environment alone", {
  needs,
}, async () => {
  clear();
  const { id, pid } = await created("exec sleep 1000", {}, withHooks(all()));
  assert.equal(ran(), kinds.slice(0, 3));
  await start(id);
  assert.equal(ran(), kinds.slice(0, 5));
  const { bundle } = state(id);
  await remove(id, { force: true });
  check(id, pid, bundle, told());
});

test("the same in the foreground", { needs }, async () => {
  clear();
  const bundle = shell("echo out; echo err >&2; exit 3", withHooks(all()));
  const name = newId();
  let first = 0;
  const started = (_id: string, pid: number): void => {
    first = pid;
  };
  const result = await launch("", { bundle, name, args: [] }, { started });
  assert.equal([result.exitCode, result.stdout, result.stderr], [3, "out\n", "err\n"]);
  check(name, first, bundle, told());
});

test("several of a kind run in the listed order, each from the beginning of the state", {
  needs,
}, async () => {
  clear();
  const three = (kind: HookKind): Hook[] =>
    ["a", "b", "c"].map((name) => hook(kind, `echo "$1 ${name} $(head -c 1)" >>$dir/log`));
  const hooks = Object.fromEntries(kinds.map((kind) => [kind, three(kind)]));
  const { id } = await created("exec sleep 1000", {}, withHooks(hooks));
  await start(id);
  await remove(id, { force: true });
  assert.equal(
    logged(),
    kinds.flatMap((kind) => ["a", "b", "c"].map((name) => `${kind} ${name} {`)),
  );
});

test("createContainer sees the container's mounts below the rootfs, and what it mounts stays", {
  needs,
}, async () => {
  clear();
  const root = makeRootfs();
  mkdirSync(join(root, "extra"));
  const before = trace();
  const script = `mount -t tmpfs mine ${root}/extra && echo x >${root}/extra/file; ls ${root}/proc/self >/dev/null && echo mounts >>$dir/log`;
  const env = [`dir=${place}`, "PATH=/bin:/usr/bin:/sbin:/usr/sbin"];
  const hooks = { createContainer: [hook("createContainer", script, { env })] };
  const { id } = await created(
    "cat /extra/file >>/mnt/log; exec sleep 1000",
    { rootfs: root },
    withHooks(hooks),
  );
  await start(id);
  await until(() => logged().length === 2);
  assert.equal(logged(), ["mounts", "x"]);
  assert.not(existsSync(join(root, "extra/file")), "it was mounted on the host");
  await remove(id, { force: true });
  await isAsBefore(before);
});

test("startContainer has the rights of the program, and createContainer those of init", {
  needs,
}, async () => {
  clear();
  const who = 'grep -h ^CapEff: /proc/self/status >>$dir/log; echo "$1 $(id -u)" >>$dir/log';
  const hooks = {
    createContainer: [hook("createContainer", who)],
    startContainer: [hook("startContainer", "id -u >/mnt/who || echo no >/tmp/who")],
  };
  const { id } = await created("exec sleep 1000", { user: 1000 }, withHooks(hooks));
  await start(id);
  assert.match(logged().join("\n"), /CapEff:\s0*[0-9a-f]*f{5}[0-9a-f]*\ncreateContainer 0/);
  // The place is root's: a program of user 1000 may not write there.
  assert.not(existsSync(join(place, "who")));
  await remove(id, { force: true });
});

test("a hook may ask for the state of its container", { needs }, async () => {
  const answer = join(place, "answer");
  const bin = join(project, "dist/wrun.cjs");
  const id = newId();
  const script = `${process.execPath} ${bin} state ${id} >>${answer}`;
  const env = [`WRUN_ROOT=${stateRoot}`];
  const hooks = {
    createRuntime: [hook("createRuntime", script, { env })],
    poststart: [hook("poststart", script, { env })],
  };
  writeFileSync(answer, "");
  await created("exec sleep 1000", { name: id }, withHooks(hooks));
  await start(id);
  const found = readFileSync(answer, "utf8").matchAll(/"status": "(\w+)"/g);
  assert.equal(
    [...found].map(([, status]) => status),
    ["creating", "running"],
  );
  await kill(id, 9);
  await remove(id, { force: true });
});

test.run();
