/** An ordinary user's containers in scopes of his own systemd: `npm run test:vm -- --init systemd systemd/user`. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { defaultSpec, specText } from "../../runtime/spec/default.ts";
import { project, topic } from "../harness.ts";
import { lastLine } from "../lifecycle/place.ts";
import { newId, until } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";

const test = topic("scopes of a user's systemd", { vm: true });
const needs = ["root", "busybox", "systemd", "cgroup-v2", "userns"] as const;

const uid = 65534;
const runtime = `/run/user/${uid}`;
const manager = `/user.slice/user-${uid}.slice/user@${uid}.service`;
const home = temporary("home");
const mebibyte = 1 << 20;

const systemctl = (...argv: string[]): string =>
  execFileSync("systemctl", argv, { encoding: "utf8" }).trim();

/** In front of a command: as that user, and out of every cgroup of his. */
const drop = ["setpriv", "--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups"];
const environment = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  HOME: home,
  XDG_RUNTIME_DIR: runtime,
};

/** The machine has no logind and no PAM: what they would do for a session, and the bus that a desktop has. */
function startManager(): void {
  // In the place of systemd's own, which would start half a system: in it a new /tmp.
  const unit = [
    ...["[Unit]", "DefaultDependencies=no", "[Service]", "User=%i", "Type=notify"],
    ...["ExecStart=/lib/systemd/systemd --user", "Slice=user-%i.slice", "KillMode=mixed"],
    ...["Delegate=yes", `Environment=XDG_RUNTIME_DIR=${runtime} HOME=${home}`, ""],
  ];
  writeFileSync("/run/systemd/system/user@.service", unit.join("\n"));
  mkdirSync(dirname(runtime), { recursive: true });
  mkdirSync(runtime, { mode: 0o700 });
  chownSync(runtime, uid, uid);
  systemctl("daemon-reload");
  systemctl("start", `user@${uid}.service`);
  // A manager is on its bus when both are its units.
  const own = "[Unit]\nDefaultDependencies=no\n";
  const bus = "dbus-daemon --session --address=systemd: --nofork --nopidfile";
  mkdirSync("/run/systemd/user", { recursive: true });
  writeFileSync("/run/systemd/user/dbus.socket", `${own}[Socket]\nListenStream=%t/bus\n`);
  writeFileSync("/run/systemd/user/dbus.service", `${own}[Service]\nExecStart=/usr/bin/${bus}\n`);
  const [program = "", ...argv] = [...drop, "systemctl", "--user", "start", "dbus.socket"];
  for (const unit of ["dbus.socket", "dbus.service"])
    execFileSync(program, [...argv.slice(0, -1), unit], { env: environment });
}

function wrun(...argv: string[]): { status: number | null; out: string; err: string } {
  const [out, err] = [join(home, "out"), join(home, "err")];
  const command = [...drop, process.execPath, join(project, "dist/wrun.cjs"), ...argv];
  const script = `exec "$@" >${out} 2>${err} </dev/null`;
  const { status, error } = spawnSync("sh", ["-c", script, "sh", ...command], {
    env: environment,
    stdio: "inherit",
  });
  if (error) throw error;
  return { status, out: readFileSync(out, "utf8"), err: readFileSync(err, "utf8") };
}

function bundle(cgroupsPath: string): string {
  const spec = defaultSpec({ rootless: { uid, gid: uid } });
  const directory = temporary("bundle");
  const text = specText({
    ...spec,
    root: { path: rootfs(), readonly: true },
    process: { ...spec.process, cwd: "/", terminal: false, args: ["/bin/sleep", "1000"] },
    linux: {
      ...spec.linux,
      cgroupsPath,
      resources: { memory: { limit: 64 * mebibyte }, pids: { limit: 50 } },
    },
  });
  writeFileSync(join(directory, "config.json"), text);
  return directory;
}

const cgroup = (path: string, file: string): string =>
  readFileSync(join("/sys/fs/cgroup", path, file), "utf8").trim();

test("limits, exec, update, and nothing left; from outside of the manager's cgroup", {
  needs,
  timeout_ms: 120_000,
}, async () => {
  chownSync(home, uid, uid);
  chmodSync(home, 0o755);
  startManager();
  for (const [cgroupsPath, where] of [
    ["", "user.slice/wrun-ID.scope"],
    ["app.slice:mine:ID", "app.slice/mine-ID.scope"],
  ] as const) {
    const id = newId();
    const path = `${manager}/${where.replace("ID", id)}`;
    const made = bundle(cgroupsPath.replace("ID", id));
    assert.equal(wrun("--systemd-cgroup", "create", "--bundle", made, id), ok);
    const { pid } = JSON.parse(wrun("state", id).out);
    assert.is(readFileSync(`/proc/${pid}/cgroup`, "utf8"), `0::${path}\n`);
    assert.is(cgroup(path, "memory.max"), `${64 * mebibyte}`);
    assert.is(cgroup(path, "pids.max"), "50");
    assert.equal(wrun("start", id), ok);
    assert.is(wrun("exec", id, "cat", "/proc/self/cgroup").out.split("\n")[0]?.slice(0, 4), "0::/");
    assert.equal(wrun("update", "--memory", `${48 * mebibyte}`, id), ok);
    assert.is(cgroup(path, "memory.max"), `${48 * mebibyte}`);
    assert.equal(wrun("kill", id, "KILL"), ok);
    await until(() => JSON.parse(wrun("state", id).out).status === "stopped");
    assert.equal(wrun("delete", id), ok);
    assert.not(existsSync(join("/sys/fs/cgroup", path)));
  }
});

const ok = { status: 0, out: "", err: "" };

test("without a bus it is an error, which says where one is looked for", { needs }, () => {
  const id = newId();
  environment.XDG_RUNTIME_DIR = home;
  try {
    const { status, err } = wrun("--systemd-cgroup", "create", "--bundle", bundle(""), id);
    assert.is(status, 125);
    assert.match(lastLine(err), /ERR_SYSTEMD.*XDG_RUNTIME_DIR/);
    assert.is(wrun("list", "-q").out, "");
  } finally {
    environment.XDG_RUNTIME_DIR = runtime;
  }
});

test.run();
