/** Checkpoints and restores by CRIU itself, in the virtual machines: newer kernels than CRIU knows it refuses. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { checkpoint } from "../../runtime/lifecycle/checkpoint.ts";
import { exec } from "../../runtime/lifecycle/exec.ts";
import { kill } from "../../runtime/lifecycle/kill.ts";
import { pause } from "../../runtime/lifecycle/pause.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import { start } from "../../runtime/lifecycle/start.ts";
import { state } from "../../runtime/lifecycle/state.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { parseMountinfo } from "../../shim/facts/mountinfo.ts";
import { receiveFds } from "../../shim/socket.ts";
import { bindUnix } from "../../shim/unix-socket.ts";
import { project, topic } from "../harness.ts";
import { hook, logged, clear as noHooks, tell, withHooks } from "../lifecycle/hook-place.ts";
import { clear, created, lastLine, shell, warmUp, wrun } from "../lifecycle/place.ts";
import { newId, refusal, until } from "../run/launch.ts";
import { makeRootfs, temporary } from "../run/rootfs.ts";
import { isAsBefore, trace } from "../run/trace.ts";
import { accept } from "../shim/accept.ts";
import { counted, counter, isWhole, withData } from "./count-place.ts";

const test = topic("checkpoint", { vm: true, alone: true });
const needs = ["root", "busybox", "criu"] as const;
const timeout_ms = 60_000;

/** Place, file system and options of each mount, as far as they are the container's business. */
function mountsOf(pid: number): string[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, "utf8"))
    .map(({ point, type, options }) => `${point} ${type} ${options.join(",")}`)
    .sort();
}

test("a counter goes on from where it was, in a container like the one before", {
  needs,
  timeout_ms,
}, async () => {
  await warmUp();
  const before = trace();
  noHooks();
  const [data, images, root] = [temporary("data"), temporary("images"), makeRootfs()];
  const hooks = withHooks({
    prestart: [hook("prestart", tell)],
    createRuntime: [hook("createRuntime", tell)],
    poststop: [hook("poststop", tell)],
  });
  const change = (spec: Spec): Spec =>
    hooks(
      withData(data, {
        root: { path: root, readonly: true },
        linux: {
          ...spec.linux,
          resources: { ...spec.linux?.resources, pids: { limit: 23 } },
        },
      })(spec),
    );
  const { id, pid } = await created(counter, { rootfs: root }, change);
  await start(id);
  const { bundle } = state(id);
  await until(() => counted(data).length > 2, "some numbers");
  const mounts = mountsOf(pid);
  await checkpoint(id, { imagePath: images });
  assert.not(existsSync(`/proc/${pid}`));
  assert.is(wrun("state", id).status, 125);
  const last = counted(data).length;
  noHooks();

  // Elsewhere, and by another name: the rootfs and the bundle are found where they are now.
  const moved = temporary("moved");
  renameSync(root, join(moved, "rootfs"));
  const config = JSON.parse(readFileSync(join(bundle, "config.json"), "utf8"));
  config.root.path = "rootfs";
  writeFileSync(join(moved, "config.json"), JSON.stringify(config));
  const other = newId();
  const ran = wrun("restore", "-d", "-b", moved, "--image-path", images, other);
  assert.equal([ran.status, ran.err], [0, ""]);
  await until(() => counted(data).length > last + 2, "more numbers");
  assert.ok(isWhole(counted(data)), `${counted(data)}`);
  const now = state(other);
  assert.equal([now.status, now.bundle, now.rootfs], ["running", moved, join(moved, "rootfs")]);
  assert.equal(mountsOf(now.pid), mounts);
  assert.equal(
    logged().map((line) => line.replace(/^(\w+) .*"status":"(\w+)","pid":(\d+).*/, "$1 $2 $3")),
    [`prestart creating ${now.pid}`, `createRuntime creating ${now.pid}`],
  );

  const look =
    "id -u; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null; ip addr show lo; " +
    "touch /x || touch /data/two/x || touch /data/one/x && echo made";
  const inside = await exec(other, { args: ["/bin/sh", "-c", look], stderr: "ignore" });
  assert.match(inside.stdout ?? "", /^0\n23\n/);
  assert.match(inside.stdout ?? "", "127.0.0.1/8");
  assert.match(inside.stdout ?? "", /made\n$/);
  await kill(other, "KILL");
  await until(() => state(other).status === "stopped");
  await until(() => state(other).exitCode === 137, "the exit status");
  await remove(other);
  assert.is(logged().length, 3);
  await isAsBefore(before);
});

test("a container that is left running, and one that was paused", {
  needs,
  timeout_ms,
}, async () => {
  const [data, images] = [temporary("data"), temporary("images")];
  const { id, pid } = await created(counter, {}, withData(data));
  await start(id);
  await until(() => counted(data).length > 2, "some numbers");
  await checkpoint(id, { imagePath: images, leaveRunning: true });
  const last = counted(data).length;
  await until(() => counted(data).length > last + 2, "more numbers");
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  await pause(id);
  await checkpoint(id, { imagePath: temporary("images") });
  assert.is((await refusal(kill(id))).code, "ERR_NOT_FOUND");
  assert.not(existsSync(`/proc/${pid}`));
});

test("what cannot be saved goes on, and CRIU's reason is in the error", {
  needs,
  timeout_ms,
}, async () => {
  const [data, images] = [temporary("data"), join(temporary("images"), "made/anew")];
  const { id, pid } = await withForeignFile(data);
  const refused = await refusal(checkpoint(id, { imagePath: images }));
  assert.is(refused.code, "ERR_STATE_WRONG");
  assert.match(refused.message, "cannot checkpoint a container that is created");
  assert.not(existsSync(images));
  await start(id);
  await until(() => counted(data).length > 2, "some numbers");
  const { status, err } = wrun("checkpoint", "--image-path", images, id);
  assert.is(status, 125, err);
  assert.match(lastLine(err), `ERR_CRIU: cannot checkpoint the container \`${id}\`: CRIU: `);
  assert.match(lastLine(err), join(images, "dump.log"));
  assert.match(err, /because {2}.*Error \(criu/);
  const last = counted(data).length;
  await until(() => counted(data).length > last + 2, "more numbers");
  assert.equal([state(id).status, state(id).pid], ["running", pid]);
  await kill(id, "KILL");
  await until(() => state(id).status === "stopped");
  const late = await refusal(checkpoint(id, { imagePath: images }));
  assert.match(late.message, "cannot checkpoint a container that is stopped");
  await remove(id);
});

/** As descriptor 3 it has a file that CRIU finds nowhere. */
async function withForeignFile(data: string) {
  const file = openSync(join(temporary("foreign"), "file"), "w");
  try {
    return await created(counter, { fds: [file] }, withData(data));
  } finally {
    closeSync(file);
  }
}

const ponger = 'while read word; do echo "pong $word"; [ "$word" = end ] && exit 7; done; exit 9';

test("pipes to the outside become those of who restores it, in the foreground with its exit code", {
  needs,
  timeout_ms,
}, async () => {
  const images = temporary("images");
  const [bundle, name] = [shell(ponger), newId()];
  const first = between("run", "-b", bundle, name);
  first.say("one");
  await until(() => first.out() === "pong one\n", "an answer");
  assert.is(wrun("checkpoint", "--image-path", images, name).err, "");
  assert.is(wrun("state", name).status, 125);
  await until(() => first.status() === "137", "the end of the first");
  first.close();
  const second = between("restore", "-b", bundle, "--image-path", images, name);
  second.say("two");
  second.say("end");
  await until(() => second.status() !== "", "the end of the second");
  second.close();
  assert.equal([second.status(), second.out()], ["7", "pong two\npong end\n"], second.err());
  assert.is(wrun("state", name).status, 125);
});

/** `wrun` between two pipes, beside the test; Node itself would give it sockets. */
function between(...argv: string[]) {
  const place = temporary("pipes");
  const [input, output, status] = ["in", "out", "status"].map((name) => join(place, name));
  execFileSync("mkfifo", [input as string]);
  const script = 'cat in | { "$@" 2>err; echo $? >status; } | cat >out';
  const bin = join(project, "dist/wrun.cjs");
  spawn("sh", ["-c", script, "-", process.execPath, bin, ...argv], { cwd: place, stdio: "ignore" });
  const stdin = openSync(input as string, "w");
  const read = (path = ""): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  return {
    say: (line: string) => writeSync(stdin, `${line}\n`),
    close: () => closeSync(stdin),
    out: () => read(output),
    err: () => read(join(place, "err")),
    status: () => read(status).trim(),
  };
}

test("a terminal goes to the console socket again; ids of a user namespace stay", {
  needs,
  timeout_ms,
}, async () => {
  const [images, place] = [temporary("images"), temporary("console")];
  const maps = [{ containerID: 0, hostID: 300_000, size: 65536 }];
  const change = (spec: Spec): Spec => ({
    ...spec,
    process: { cwd: "/", ...spec.process, terminal: true },
    linux: {
      ...spec.linux,
      namespaces: [...(spec.linux?.namespaces ?? []), { type: "user" }],
      uidMappings: maps,
      gidMappings: maps,
    },
  });
  const root = makeRootfs();
  spawnSync("chown", ["-R", "300000:300000", root]);
  const bundle = shell(ponger, (spec) => ({ ...change(spec), root: { path: root } }));
  const [socket, id] = [join(place, "socket"), newId()];
  using listening = bindUnix(socket);
  const made = wrun("create", "-b", bundle, "--console-socket", socket, id);
  assert.is(made.err, "");
  await start(id);
  const master = () => {
    using connection = accept(listening);
    const [fd] = receiveFds(connection).fds;
    if (!fd) throw new Error("no terminal came");
    return fd;
  };
  const first = master();
  const { pid } = state(id);
  const ids = (of: number): string => readFileSync(`/proc/${of}/uid_map`, "utf8");
  const [map, mounts] = [ids(pid), mountsOf(pid)];
  await checkpoint(id, { imagePath: images });
  first.close();
  const flags = ["-d", "-b", bundle, "--image-path", images];
  const none = wrun("restore", ...flags, id);
  assert.match(lastLine(none.err), "ERR_TERMINAL");
  const ran = wrun("restore", ...flags, "--console-socket", socket, id);
  assert.equal([ran.status, ran.err], [0, ""]);
  const second = master();
  const talk = spawnSync("sh", ["-c", "echo end >&3; timeout 60 cat <&3"], {
    stdio: ["ignore", "pipe", "ignore", second.number],
    encoding: "utf8",
  });
  assert.match(talk.stdout, "pong end");
  second.close();
  await until(() => state(id).status === "stopped");
  assert.is(state(id).exitCode, 7);
  assert.equal([map, mounts.length > 0], [map, true]);
  await remove(id);
});

test("nothing is left", { needs }, clear);
test.run();
