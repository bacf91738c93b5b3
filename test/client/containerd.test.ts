/** containerd with wrun as the runtime of its shim, by the words of `ctr`. */
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { until } from "../terminal/pty.ts";
import { bootContainerd } from "./containerd.ts";
import { ociArchive } from "./image.ts";
import { type Machine, machine } from "./machine.ts";
import { type Client, session } from "./session.ts";

const test = topic("containerd");
const needs = ["root", "containerd", "script"] as const;
const image = "example.invalid/busybox:latest";

interface Containerd extends Client {
  /** A container that runs a shell script until the test is over; its id. */
  background(script: string, ...flags: string[]): string;
}

let count = 0;

async function boot(): Promise<Containerd> {
  const given = await machine("containerd");
  const client = await bootContainerd(given, 'disabled_plugins = ["io.containerd.grpc.v1.cri"]');
  client.get("image", "import", ociArchive(image, ["sh"]));
  const background = (script: string, ...flags: string[]) => {
    const id = newId();
    client.get(...runFlags(given, "--detach", ...flags), image, id, "sh", "-c", script);
    return id;
  };
  return { ...client, background };
}

const newId = () => `test${count++}`;

/** `ctr run` with wrun below it. */
function runFlags({ runtime, cgroupParent }: Machine, ...flags: string[]): string[] {
  const own = ["--runc-binary", runtime, "--cgroup", `${cgroupParent}/ctr${count}`];
  return ["run", ...own, ...flags];
}

const { check, end } = session(test, needs, boot, ({ get, run }) => {
  for (const id of get("container", "ls", "-q").split("\n").filter(Boolean)) {
    run("task", "rm", "--force", id);
    run("container", "rm", id);
  }
});

check("run: output, exit status, nothing left", ({ machine, get, run }) => {
  const flags = runFlags(machine, "--rm");
  assert.is(get(...flags, image, newId(), "echo", "hello"), "hello");
  assert.is(run(...flags, image, newId(), "sh", "-c", "exit 7").status, 7);
  assert.is(get("container", "ls", "-q"), "");
});

check("run: a program that is not there: ctr says what wrun said last", ({ machine, run }) => {
  const { status, err } = run(...runFlags(machine, "--rm"), image, newId(), "nonesuch");
  assert.not.equal(status, 0);
  assert.match(err, /nonesuch/);
});

check("run -t: a terminal", ({ machine, command }) => {
  const argv = command(...runFlags(machine, "--rm", "--tty"), image, newId(), "tty");
  assert.match(machine.get("script", "-qec", argv.join(" "), "/dev/null"), /\/dev\/pts\/0/);
});

check(
  "exec: user, directory, terminal, exit status",
  ({ machine, get, run, command, background }) => {
    const id = background("sleep 100");
    const exec = (...argv: string[]) => ["task", "exec", "--exec-id", newId(), ...argv];
    assert.is(
      get(...exec("--user", "1000", "--cwd", "/tmp", id, "sh", "-c", "id -u; pwd")),
      "1000\n/tmp",
    );
    assert.is(run(...exec(id, "sh", "-c", "exit 9")).status, 9);
    const onTerminal = command(...exec("--tty", id, "tty")).join(" ");
    assert.match(machine.get("script", "-qec", onTerminal, "/dev/null"), /\/dev\/pts\/\d/);
  },
);

check("task: ls, ps, metrics", ({ get, background }) => {
  const id = background("sleep 100 & exec sleep 100", "--memory-limit", "67108864");
  assert.match(get("task", "ls"), new RegExp(`${id} +\\d+ +RUNNING`));
  assert.is(get("task", "ps", id).split("\n").length, 3);
  assert.match(get("task", "metrics", id), /memory/);
});

check("pause and resume", ({ get, background }) => {
  const id = background("exec sleep 100");
  get("task", "pause", id);
  assert.match(get("task", "ls"), /PAUSED/);
  get("task", "resume", id);
  assert.match(get("task", "ls"), /RUNNING/);
});

check("kill, and a stopped task that is taken away", async ({ get, background }) => {
  const id = background("exec sleep 100");
  get("task", "kill", "--signal", "SIGKILL", id);
  await until("it has stopped", () => get("task", "ls").includes("STOPPED"));
  get("task", "rm", id);
  assert.not.match(get("task", "ls"), id);
});

check("what containerd's own configuration asks for holds", ({ machine, get }) => {
  const script = "grep -E 'CapEff|NoNewPrivs' /proc/self/status; ulimit -n";
  const flags = runFlags(machine, "--rm", "--seccomp", "--no-pivot");
  const status = get(...flags, image, newId(), "sh", "-c", script);
  assert.is(status, "CapEff:\t00000000a80425fb\nNoNewPrivs:\t1\n1024");
});

check("a mount, and a network of the host's", ({ machine, get }) => {
  const volume = `${machine.directory}/volume`;
  machine.get("mkdir", "-p", volume);
  const mount = ["--mount", `type=bind,src=${volume},dst=/mnt,options=rbind:rw`];
  const flags = runFlags(machine, "--rm", "--net-host", ...mount);
  const script = "echo kept >/mnt/file; readlink /proc/self/ns/net";
  assert.is(
    get(...flags, image, newId(), "sh", "-c", script),
    machine.get("readlink", "/proc/self/ns/net"),
  );
  assert.is(machine.get("cat", `${volume}/file`), "kept");
});

end();

test.run();
