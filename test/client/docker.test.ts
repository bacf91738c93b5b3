/** dockerd with wrun as one of its runtimes, by the words of `docker`. */
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { until } from "../terminal/pty.ts";
import { imageTar } from "./image.ts";
import { logFile, machine } from "./machine.ts";
import { type Client, clientOf, session } from "./session.ts";

const test = topic("docker");
const needs = ["root", "docker", "script"] as const;

interface Docker extends Client {
  /** A container that runs a shell script until the test is over; its name. */
  background(script: string, ...flags: string[]): string;
}

let count = 0;

async function boot(): Promise<Docker> {
  const given = await machine("docker");
  const { directory, cgroupParent, runtime } = given;
  const host = `unix://${directory}/docker.sock`;
  given.start(
    logFile("docker"),
    ...["dockerd", "--host", host, "--data-root", `${directory}/data`],
    ...["--exec-root", `${directory}/exec`, "--pidfile", `${directory}/docker.pid`],
    ...["--add-runtime", `wrun=${runtime}`, "--cgroup-parent", cgroupParent],
    // A machine of CI may not let the limits be raised.
    ...["--storage-driver", "vfs", "--default-ulimit", "nofile=1024:4096"],
  );
  const client = clientOf(given, "docker", "--host", host);
  const { get, run } = client;
  await until("dockerd answers", () => run("version").status === 0);
  get("import", imageTar(), "busybox");
  const background = (script: string, ...flags: string[]) => {
    const name = `test${count++}`;
    get(...started, "-d", "--name", name, ...flags, "busybox", "sh", "-c", script);
    return name;
  };
  return { ...client, background };
}

const started = ["run", "--runtime", "wrun"];

const { check, end } = session(test, needs, boot, ({ get, run }) => {
  const all = get("ps", "--all", "--quiet").split("\n").filter(Boolean);
  if (all.length > 0) run("rm", "--force", ...all);
});

check("run: output, exit status, nothing left", ({ get, run }) => {
  assert.is(get(...started, "--rm", "busybox", "echo", "hello"), "hello");
  assert.is(run(...started, "--rm", "busybox", "sh", "-c", "exit 7").status, 7);
  assert.is(get("ps", "--all", "--quiet"), "");
});

check("run: a program that is not there: status 127, and what wrun said last", ({ run }) => {
  const { status, err } = run(...started, "--rm", "busybox", "nonesuch");
  assert.is(status, 127);
  assert.match(err, /nonesuch/);
});

check("run -d, top, ps, exec, stats, pause, update, kill, rm", async ({ get, run }) => {
  get(...started, "-d", "--name", "test", "busybox", "ping", "localhost");
  assert.match(get("top", "test"), /ping localhost/);
  assert.match(get("ps"), /"ping localhost"/);
  assert.is(
    get("exec", "-u", "1000", "-w", "/tmp", "test", "sh", "-c", "id -u; pwd"),
    "1000\n/tmp",
  );
  assert.is(run("exec", "test", "sh", "-c", "exit 9").status, 9);
  const stats = JSON.parse(get("stats", "--no-stream", "--format", "{{json .}}", "test"));
  assert.match(stats.MemUsage, /^[1-9][\d.]*[KM]iB /);
  get("pause", "test");
  assert.match(get("ps"), /\(Paused\)/);
  get("unpause", "test");
  get("update", "--memory", "48m", "--memory-swap", "64m", "--cpus", "0.5", "test");
  const [v1, v2] = ["memory/memory.limit_in_bytes", "memory.max"];
  const limit = `cat /sys/fs/cgroup/${v1} 2>/dev/null || cat /sys/fs/cgroup/${v2}`;
  assert.is(get("exec", "test", "sh", "-c", limit), "50331648");
  await until("it has said something", () => /64 bytes from/.test(get("logs", "test")));
  get("kill", "test");
  assert.is(get("wait", "test"), "137");
  get("rm", "test");
});

check("run -it, exec -it: a terminal", ({ machine, command, background }) => {
  const onTerminal = (...argv: string[]) =>
    machine.get("script", "-qec", command(...argv).join(" "), "/dev/null");
  const run = onTerminal(...started, "--rm", "-it", "busybox", "sh", "-c", "'tty; id -u'");
  assert.match(run, /\/dev\/pts\/0\r?\n0/);
  assert.match(onTerminal("exec", "-it", background("sleep 100"), "tty"), /\/dev\/pts\/\d/);
});

check("volumes, a read-only root, tmpfs, init, limits", ({ get, run }) => {
  get(...started, "--rm", "-v", "data:/data", "busybox", "sh", "-c", "echo kept >/data/file");
  const flags = ["--read-only", "--tmpfs", "/run:mode=1777", "-v", "data:/data:ro"];
  const script = "cat /data/file; touch /run/a && touch /data/b";
  const { out, err } = run(...started, "--rm", ...flags, "busybox", "sh", "-c", script);
  assert.is(out, "kept\n");
  assert.match(err, /\/data\/b: Read-only file system/);
  const files = "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/memory/memory.limit_in_bytes";
  const v2 = "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max";
  const either = `if [ -e /sys/fs/cgroup/cgroup.controllers ]; then ${v2}; else ${files}; fi`;
  const limits = ["--memory", "64m", "--pids-limit", "33", "busybox", "sh", "-c", either];
  assert.is(get(...started, "--rm", ...limits), "33\n67108864");
});

check("a network of two, and one of another container's", ({ get, background }) => {
  get("network", "create", "net");
  const name = background("sleep 100", "--network", "net");
  const ping = ["busybox", "ping", "-c", "1", "-w", "5"];
  assert.match(get(...started, "--rm", "--network", "net", ...ping, name), /1 packets received/);
  const shared = ["--network", `container:${name}`, "busybox"];
  assert.is(
    get(...started, "--rm", ...shared, "readlink", "/proc/self/ns/net"),
    get("exec", name, "readlink", "/proc/self/ns/net"),
  );
});

check("rights: Docker's own seccomp profile and capabilities", ({ get }) => {
  const status = get(...started, "--rm", "busybox", "cat", "/proc/self/status");
  assert.match(status, /CapEff:\t00000000a80425fb\n/);
  assert.match(status, /Seccomp:\t2\n/);
  const more = ["--cap-drop", "all", "--security-opt", "no-new-privileges"];
  const less = get(...started, "--rm", ...more, "busybox", "cat", "/proc/self/status");
  assert.match(less, /CapEff:\t0+\n/);
  assert.match(less, /NoNewPrivs:\t1\n/);
});

check("restart, and a container that is killed for its memory", async ({ get, background }) => {
  const name = background("exec sleep 100");
  get("restart", "--time", "0", name);
  assert.is(get("inspect", "--format", "{{.State.Status}}", name), "running");
  const hungry = background("tail -f /dev/zero", "--memory", "16m", "--memory-swap", "16m");
  await until("it is killed", () => get("inspect", "-f", "{{.State.Running}}", hungry) === "false");
  assert.is(get("inspect", "--format", "{{.State.ExitCode}}", hungry), "137");
});

end();

test.run();
