/** containerd's CRI plug-in with wrun as the handler of a RuntimeClass, by the words of `crictl`: as a kubelet asks it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { topic } from "../harness.ts";
import { crictl } from "../need.ts";
import { temporary } from "../run/rootfs.ts";
import { until } from "../terminal/pty.ts";
import { addressOf, bootContainerd } from "./containerd.ts";
import { ociArchive } from "./image.ts";
import { type Machine, machine } from "./machine.ts";
import { type Client, clientOf, session } from "./session.ts";

const test = topic("containerd's CRI");
const needs = ["root", "containerd", "crictl", "cni", "script"] as const;
const image = "example.invalid/busybox:latest";
const pause = "example.invalid/pause:latest";

interface Cri extends Client {
  /** A pod of this name; its id. `namespaces`: NamespaceOption of the CRI's api.proto. */
  pod(name: string, namespaces?: Record<string, number>): Pod;
}

interface Pod {
  id: string;
  /** A container in it, not started yet; its id. */
  container(name: string, script: string, more?: object): string;
  /** A container that runs. */
  running(name: string, script: string, more?: object): string;
  /** What a container of it has written, without the time and the stream. */
  logs: string;
}

/** `POD`, `CONTAINER` and `NODE` of api.proto. */
const mode = { pod: 0, container: 1, node: 2 } as const;

function configuration({ runtime }: Machine, cni: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `
[${cri}]
sandbox_image = "${pause}"
# A machine of CI may not have CAP_SYS_RESOURCE.
restrict_oom_score_adj = true
[${cri}.containerd]
default_runtime_name = "wrun"
[${cri}.containerd.runtimes.wrun]
runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.wrun.options]
BinaryName = "${runtime}"
SystemdCgroup = false
[${cri}.cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${cni}"
`;
}

/** A bridge with addresses of its own, in the machine's network namespace. */
function network(directory: string): string {
  const ipam = { type: "host-local", subnet: "10.99.0.0/24", dataDir: `${directory}/addresses` };
  const bridge = { type: "bridge", bridge: "cri0", isGateway: true, ipam };
  return JSON.stringify({ cniVersion: "0.4.0", name: "pods", plugins: [bridge] });
}

async function boot(): Promise<Cri> {
  const given = await machine("cri");
  const { directory, cgroupParent } = given;
  const cni = temporary("cni");
  writeFileSync(join(cni, "pods.conflist"), network(directory));
  given.get("sh", "-c", "mkdir -p /var/lib/cni && mount -t tmpfs cni /var/lib/cni");
  const ctr = await bootContainerd(given, configuration(given, cni));
  for (const [name, args] of [
    [image, ["sh"]],
    [pause, ["sleep", "1000"]],
  ] as const) {
    ctr.get("--namespace", "k8s.io", "image", "import", ociArchive(name, [...args]));
  }
  const address = `unix://${addressOf(given)}`;
  const flags = ["--runtime-endpoint", address, "--image-endpoint", address, "--timeout", "30s"];
  const client = clientOf(given, crictl(), ...flags);
  const pod = (name: string, namespaces: Record<string, number> = {}): Pod => {
    const place = temporary(name);
    const logs = join(place, "logs");
    mkdirSync(logs);
    const write = (file: string, value: object): string => {
      writeFileSync(join(place, file), JSON.stringify(value));
      return join(place, file);
    };
    const file = write("pod.json", {
      metadata: { name, uid: name, namespace: "test", attempt: 0 },
      // As a kubelet: who is in the node's network has the node's name.
      ...(namespaces.network !== mode.node && { hostname: name }),
      log_directory: logs,
      linux: {
        cgroup_parent: `${cgroupParent}/${name}`,
        security_context: { namespace_options: { pid: mode.container, ...namespaces } },
      },
    });
    const id = client.get("runp", "--runtime", "wrun", file);
    const container = (own: string, script: string, more: object = {}): string => {
      const container = write(`${own}.json`, {
        metadata: { name: own, attempt: 0 },
        image: { image },
        command: ["sh", "-c", script],
        log_path: `${own}.log`,
        linux: { security_context: { namespace_options: { pid: mode.container, ...namespaces } } },
        ...more,
      });
      return client.get("create", id, container, file);
    };
    const running = (...words: Parameters<typeof container>): string => {
      const made = container(...words);
      client.get("start", made);
      return made;
    };
    return { id, container, running, logs };
  };
  return { ...client, pod };
}

const { check, end } = session(test, needs, boot, ({ get, run }) => {
  for (const id of get("pods", "-q").split("\n").filter(Boolean)) {
    run("stopp", id);
    run("rmp", "--force", id);
  }
});

check("the runtime is ready", ({ get }) => {
  const { status } = JSON.parse(get("info"));
  for (const { type, status: is } of status.conditions) assert.is(is, true, type);
});

check("a pod, a container, its log and its exit status", async ({ get, pod }) => {
  const { id, container } = pod("simple");
  assert.match(get("pods"), /Ready +simple/);
  const made = container("one", "echo hello; hostname; exit 7");
  assert.match(get("ps", "-a"), /Created +one/);
  get("start", made);
  const status = (): { state: string; exitCode: number } => JSON.parse(get("inspect", made)).status;
  await until("it has ended", () => status().state === "CONTAINER_EXITED");
  assert.is(status().exitCode, 7);
  assert.is(get("logs", made), "hello\nsimple");
  get("rm", made);
  get("stopp", id);
  get("rmp", id);
  assert.is(get("pods", "-q"), "");
});

check("a program that is not there: start says what wrun said last", ({ pod, run }) => {
  const made = pod("missing").container("one", "", { command: ["nonesuch"] });
  const { status, err } = run("start", made);
  assert.is.not(status, 0);
  assert.match(err, /nonesuch/);
});

check(
  "exec: at once, with input, on a terminal, exit status",
  ({ machine, command, get, run, pod }) => {
    const made = pod("exec").running("one", "sleep 1000");
    assert.is(get("exec", made, "sh", "-c", "echo said; hostname"), "said\nexec");
    assert.is.not(run("exec", made, "sh", "-c", "exit 9").status, 0);
    assert.match(run("exec", "-s", made, "sh", "-c", "exit 9").err, /9/);
    assert.is(machine.feed("given", ...command("exec", "-i", made, "cat")).out, "given");
    const onTerminal = command("exec", "-it", made, "tty").join(" ");
    assert.match(machine.get("script", "-qec", onTerminal, "/dev/null"), /\/dev\/pts\/\d/);
  },
);

check("two containers of a pod share net, ipc and uts, and not pid", ({ get, pod }) => {
  const { running } = pod("shared");
  const [one, two] = [running("one", "sleep 1000"), running("two", "sleep 1000")];
  const namespace = (id: string, kind: string) => get("exec", id, "readlink", `/proc/1/ns/${kind}`);
  for (const kind of ["net", "ipc", "uts"]) assert.is(namespace(one, kind), namespace(two, kind));
  for (const kind of ["pid", "mnt"]) assert.is.not(namespace(one, kind), namespace(two, kind));
});

check("a pid namespace for the whole pod", ({ get, pod }) => {
  const { running } = pod("pids", { pid: mode.pod });
  running("one", "exec sleep 777");
  assert.match(get("exec", running("two", "sleep 1000"), "ps"), "sleep 777");
});

check("two pods reach each other, and one has the node's network", ({ machine, get, pod }) => {
  const first = pod("near");
  first.running("one", "sleep 1000");
  const { network } = JSON.parse(get("inspectp", first.id)).status;
  assert.match(network.ip, /^10\.99\.0\./);
  const second = pod("far").running("one", "sleep 1000");
  assert.match(get("exec", second, "ping", "-c", "1", "-w", "5", network.ip), /1 packets received/);
  const third = pod("node", { network: mode.node }).running("one", "sleep 1000");
  assert.is(
    get("exec", third, "readlink", "/proc/self/ns/net"),
    machine.get("readlink", "/proc/self/ns/net"),
  );
});

check("limits, and what is used of them; an update", async ({ get, pod }) => {
  const linux = {
    resources: {
      memory_limit_in_bytes: 64 << 20,
      cpu_shares: 512,
      cpu_quota: 50_000,
      cpu_period: 100_000,
    },
  };
  const made = pod("limits").running("one", "sleep 1000", { linux });
  const [v1, v2] = ["memory/memory.limit_in_bytes", "memory.max"];
  const limit = `cat /sys/fs/cgroup/${v1} 2>/dev/null || cat /sys/fs/cgroup/${v2}`;
  assert.is(get("exec", made, "sh", "-c", limit), `${64 << 20}`);
  await until("there is a figure", () => {
    const { stats } = JSON.parse(get("stats", "-o", "json", made));
    return Number(stats[0]?.memory?.workingSetBytes?.value ?? 0) > 0;
  });
  get("update", "--memory", `${96 << 20}`, made);
  assert.is(get("exec", made, "sh", "-c", limit), `${96 << 20}`);
});

check("who it runs as, what it may, and a root that cannot be written", async (client) => {
  const { get, run, pod } = client;
  const script = "id -u; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; touch /file; true";
  const security = {
    run_as_user: { value: 1000 },
    capabilities: { drop_capabilities: ["ALL"] },
    no_new_privs: true,
    readonly_rootfs: true,
    seccomp: { profile_type: 0 },
    namespace_options: { pid: mode.container },
  };
  const made = pod("rights").running("one", script, { linux: { security_context: security } });
  const state = () => JSON.parse(get("inspect", made)).status.state;
  await until("it has ended", () => state() === "CONTAINER_EXITED");
  const { out, err } = run("logs", made);
  assert.is(out, "1000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
  assert.match(err, "Read-only file system");
});

check("a mount of the node's", async ({ machine, get, pod }) => {
  const volume = `${machine.directory}/volume`;
  machine.get("mkdir", "-p", volume);
  const mounts = [{ host_path: volume, container_path: "/mnt" }];
  get(
    "exec",
    pod("mount").running("one", "sleep 1000", { mounts }),
    "sh",
    "-c",
    "echo a >/mnt/file",
  );
  assert.is(machine.get("cat", `${volume}/file`), "a");
});

check("stop: by a signal, and by force after the time that was given", async ({ get, pod }) => {
  const { running } = pod("stop");
  const nice = running("nice", "trap 'exit 3' TERM; while :; do sleep 0.1; done");
  const deaf = running("deaf", "trap '' TERM; while :; do sleep 0.1; done");
  const exitCode = (id: string): number => JSON.parse(get("inspect", id)).status.exitCode;
  get("stop", "--timeout", "20", nice);
  assert.is(exitCode(nice), 3);
  get("stop", "--timeout", "1", deaf);
  assert.is(exitCode(deaf), 137);
});

end();

test.run();
