import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { temporary } from "../run/rootfs.ts";
import { until } from "../terminal/pty.ts";
import { imageTar } from "./image.ts";
import { type Machine, machine } from "./machine.ts";

const test = topic("podman");
const needs = ["root", "podman", "script"] as const;

// Without a systemd there is no user bus and no journal; a CI machine may not let the limits be raised.
const configuration = (directory: string) => `
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:8192"]
log_driver = "k8s-file"
[network]
network_config_dir = "${directory}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
`;

let shared: Promise<Machine> | undefined;
let count = 0;

interface Podman {
  machine: Machine;
  /** podman with these arguments; what it says on stdout. */
  get(...argv: string[]): string;
  run(...argv: string[]): ReturnType<Machine["run"]>;
  /** The words of podman with these arguments. */
  command(...argv: string[]): string[];
  /** A container that runs a shell script until the test is over; its name. */
  background(script: string, ...flags: string[]): string;
}

async function podman(): Promise<Podman> {
  shared ??= boot();
  const given = await shared;
  const { runtime, directory, cgroupParent } = given;
  const file = join(temporary("podman"), "containers.conf");
  writeFileSync(file, `${configuration(directory)}tested = ["${runtime}"]\n`);
  const command = (...argv: string[]) => [
    ...["env", `CONTAINERS_CONF=${file}`, "podman", "--runtime", "tested"],
    ...["--root", `${directory}/storage`, ...argv],
  ];
  const placed = (argv: string[]) =>
    argv[0] === "run" ? ["run", "--cgroup-parent", cgroupParent, ...argv.slice(1)] : argv;
  const get = (...argv: string[]) => given.get(...command(...placed(argv)));
  const run = (...argv: string[]) => given.run(...command(...placed(argv)));
  const background = (script: string, ...flags: string[]) => {
    const name = `test${count++}`;
    get("run", "-d", "--name", name, ...flags, "busybox", "sh", "-c", script);
    return name;
  };
  return { machine: given, get, run, command, background };
}

async function boot(): Promise<Machine> {
  const given = await machine("podman");
  given.get("podman", "--root", `${given.directory}/storage`, "import", imageTar(), "busybox");
  return given;
}

function check(name: string, body: (podman: Podman) => void | Promise<void>): void {
  test(name, { needs, timeout_ms: 60_000 }, async () => {
    const client = await podman();
    try {
      await body(client);
    } finally {
      client.run("rm", "--all", "--force", "--time", "0");
    }
  });
}

check("run: output, exit status, nothing left", ({ get, run }) => {
  assert.is(get("run", "--rm", "busybox", "echo", "hello"), "hello");
  assert.is(run("run", "--rm", "busybox", "sh", "-c", "exit 7").status, 7);
  assert.is(get("ps", "--all", "--quiet"), "");
});

check("run: a program that is not there is exit status 127, and podman says which", ({ run }) => {
  const { status, err } = run("run", "--rm", "busybox", "nonesuch");
  assert.is(status, 127);
  assert.match(err, /nonesuch/);
});

check("run -i: stdin", ({ machine, command, get }) => {
  const name = get("create", "--interactive", "busybox", "cat");
  const start = command("start", "--attach", "--interactive", name);
  assert.is(machine.feed("typed", ...start).out, "typed");
});

check("run -it, exec -it: a terminal", ({ machine, command, background }) => {
  const onTerminal = (...argv: string[]) =>
    machine.get("script", "-qec", command(...argv).join(" "), "/dev/null");
  const run = onTerminal("run", "--rm", "-it", "busybox", "sh", "-c", "'tty; id -u'");
  assert.match(run, /\/dev\/pts\/0\r?\n0/);
  const exec = onTerminal("exec", "-it", background("sleep 100"), "tty");
  assert.match(exec, /\/dev\/pts\/\d/);
});

check("a root that is read-only, with directories that are not", ({ run }) => {
  const script = "touch /tmp/a && touch /run/b && touch /c";
  const { status, err } = run("run", "--rm", "--read-only", "busybox", "sh", "-c", script);
  assert.is(status, 1);
  assert.match(err, /\/c: Read-only file system/);
});

check("exec: user, environment, directory, exit status", ({ get, run, background }) => {
  const name = background("sleep 100");
  assert.is(get("exec", "-u", "1000", name, "id", "-u"), "1000");
  assert.is(get("exec", "-e", "A=b", "-w", "/tmp", name, "sh", "-c", "echo $A $PWD"), "b /tmp");
  assert.is(run("exec", name, "sh", "-c", "exit 9").status, 9);
});

check("top", ({ get, background }) => {
  assert.match(get("top", background("sleep 100")), /sleep 100/);
});

check("stats", ({ get, background }) => {
  const name = background("sleep 100", "--memory", "64m");
  const stats = JSON.parse(get("stats", "--no-stream", "--format", "json", name));
  assert.is(stats[0].name, name);
  assert.match(stats[0].mem_usage, /67\.11MB/);
});

check("the limits that were asked for are those of the cgroup", ({ get }) => {
  const files = "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/memory/memory.limit_in_bytes";
  const v2 = "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max";
  const flags = ["--memory", "64m", "--pids-limit", "33"];
  const script = `if [ -e /sys/fs/cgroup/cgroup.controllers ]; then ${v2}; else ${files}; fi`;
  assert.is(get("run", "--rm", ...flags, "busybox", "sh", "-c", script), "33\n67108864");
});

check("pods share a network", ({ get, run }) => {
  try {
    get("pod", "create", "--name", "pod", "--cgroup-parent", "");
    get("create", "--pod", "pod", "--name", "a", "busybox", "sleep", "100");
    get("create", "--pod", "pod", "--name", "b", "busybox", "sleep", "100");
    get("pod", "start", "pod");
    const network = (name: string) => get("exec", name, "readlink", "/proc/self/ns/net");
    assert.is(network("a"), network("b"));
    assert.match(get("pod", "ps"), /Running/);
  } finally {
    run("pod", "rm", "--force", "--time", "0", "pod");
  }
});

check("pause and unpause", ({ get, run, background }) => {
  const name = background("sleep 100");
  const status = () => get("inspect", "--format", "{{.State.Status}}", name);
  get("pause", name);
  assert.is(status(), "paused");
  assert.not.equal(run("exec", name, "true").status, 0);
  get("unpause", name);
  assert.is(status(), "running");
  assert.is(run("exec", name, "true").status, 0);
});

check("healthcheck", ({ get, run, background }) => {
  const health = ["--health-cmd", "test -e /tmp/well", "--health-interval", "disable"];
  const name = background("sleep 100", ...health);
  assert.is(run("healthcheck", "run", name).status, 1);
  get("exec", name, "touch", "/tmp/well");
  assert.is(run("healthcheck", "run", name).status, 0);
});

check("volumes: kept, and read-only when asked", ({ get, run }) => {
  get("volume", "create", "data");
  get("run", "--rm", "-v", "data:/data", "busybox", "sh", "-c", "echo kept >/data/file");
  const look = ["sh", "-c", "cat /data/file; touch /data/other"];
  const { status, out, err } = run("run", "--rm", "-v", "data:/data:ro", "busybox", ...look);
  assert.equal([status, out], [1, "kept\n"]);
  assert.match(err, /Read-only/);
  get("volume", "rm", "data");
});

check("networks: two containers reach each other", ({ get, background }) => {
  get("network", "create", "net");
  const name = background("sleep 100", "--network", "net");
  const address = get("inspect", "--format", "{{.NetworkSettings.Networks.net.IPAddress}}", name);
  assert.match(address, /^10\./);
  const ping = ["ping", "-c", "1", "-w", "5", address];
  assert.match(get("run", "--rm", "--network", "net", "busybox", ...ping), /1 packets received/);
});

check("rights: capabilities dropped, no new privileges, a device, an id map", ({ get }) => {
  const drop = ["--cap-drop", "all", "--security-opt", "no-new-privileges"];
  const status = get("run", "--rm", ...drop, "busybox", "cat", "/proc/self/status");
  assert.match(status, /CapEff:\t0+\n/);
  assert.match(status, /NoNewPrivs:\t1\n/);
  assert.match(
    get("run", "--rm", "--device", "/dev/fuse", "busybox", "ls", "-l", "/dev/fuse"),
    /^c/,
  );
  const map = ["--uidmap", "0:3000000:1000", "--gidmap", "0:3000000:1000"];
  const maps = get("run", "--rm", ...map, "busybox", "cat", "/proc/self/uid_map");
  assert.equal(maps.trim().split(/\s+/), ["0", "3000000", "1000"]);
});

check("logs, kill, wait, restart, rm", async ({ get, background }) => {
  const name = background("echo said; exec sleep 100");
  await until("it has said it", () => get("logs", name) === "said");
  get("kill", "--signal", "KILL", name);
  assert.is(get("wait", name), "137");
  get("restart", "--time", "0", name);
  assert.is(get("inspect", "--format", "{{.State.Status}}", name), "running");
  get("rm", "--force", "--time", "0", name);
  assert.is(get("ps", "--all", "--quiet"), "");
});

test("the machine goes away", { needs }, async () => {
  await (await shared)?.end();
});

test.run();
