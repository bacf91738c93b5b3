/**
 * A machine of their own for podman, containerd and dockerd: a mount, network and process namespace with an empty /run.
 * So they run with their default paths, bridges and packet filters, and nothing of it is left when its process 1 dies.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { project } from "../harness.ts";
import { type Installed, install } from "../install.ts";
import { temporary } from "../run/rootfs.ts";
import { until } from "../terminal/pty.ts";

export interface Ran {
  status: number | null;
  out: string;
  err: string;
}

export interface Machine {
  /** The runtime under test: $WRUN_TEST_RUNTIME, else wrun as it is installed. */
  runtime: string;
  /** For images, state and configuration: a tmpfs that only this machine has. */
  directory: string;
  /** What a container's cgroup has to be in, to be taken away at the end: "/NAME". */
  cgroupParent: string;
  run(...argv: string[]): Ran;
  /** The same; throws when it fails. Gives its stdout without the last newline. */
  get(...argv: string[]): string;
  /** With a text on stdin. */
  feed(input: string | Buffer, ...argv: string[]): Ran;
  /** Starts a daemon, whose output goes to a file in the given directory of the host. */
  start(log: string, ...argv: string[]): void;
  end(): Promise<void>;
}

const setUp = `
mount -t tmpfs run /run && mount -t tmpfs shm /dev/shm && mount -t tmpfs state "$1" &&
chmod 755 "$1" && busybox ip link set lo up && : >/run/ready && exec catatonit -P`;

const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** Boots it. Nothing of the test's environment is passed on but PATH. */
export async function machine(name: string): Promise<Machine> {
  const directory = temporary(name);
  const cgroupParent = `/wrun-test-${name}-${process.pid}`;
  const installed = process.env.WRUN_TEST_RUNTIME ? null : install();
  const flags = ["--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
  const first = spawn("unshare", [...flags, "sh", "-c", setUp, "sh", directory], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const daemons: ChildProcess[] = [];
  await until("unshare has a child", () => childOf(first) !== "");
  const enter = ["--target", childOf(first), "--mount", "--net", "--pid", "--"];
  const options = { env: environment, cwd: "/", timeout: 60_000, killSignal: "SIGKILL" } as const;
  const feed = (input: string | Buffer, ...argv: string[]): Ran => {
    const { status, stdout, stderr } = spawnSync("nsenter", [...enter, ...argv], {
      ...options,
      input,
    });
    return { status, out: stdout.toString(), err: stderr.toString() };
  };
  const run = (...argv: string[]) => feed("", ...argv);
  const get = (...argv: string[]) => {
    const { status, out, err } = run(...argv);
    if (status !== 0) throw new Error(`${argv.join(" ")}: status ${status}: ${err}${out}`);
    return out.trimEnd();
  };
  await until("it is set up", () => run("test", "-e", "/run/ready").status === 0);
  return {
    runtime: process.env.WRUN_TEST_RUNTIME ?? installed?.wrun ?? "",
    directory,
    cgroupParent,
    run,
    get,
    feed,
    start(log, ...argv) {
      const file = openSync(log, "w");
      daemons.push(
        spawn("nsenter", [...enter, ...argv], { env: environment, stdio: ["ignore", file, file] }),
      );
      closeSync(file);
    },
    end: () => end(first, cgroupParent, installed),
  };
}

/** unshare has one child, process 1 of the machine; "" before it is there. */
function childOf({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
}

async function end(first: ChildProcess, cgroup: string, installed: Installed | null) {
  const ended = once(first, "exit");
  process.kill(Number(childOf(first)), "SIGKILL");
  await ended;
  for (const hierarchy of readdirSync("/sys/fs/cgroup")) {
    await removeCgroup(join("/sys/fs/cgroup", hierarchy, cgroup));
  }
  await removeCgroup(join("/sys/fs/cgroup", cgroup));
  installed?.remove();
}

/** A cgroup stays busy for a moment after the last of its processes was killed. */
async function removeCgroup(path: string): Promise<void> {
  let entries: string[];
  try {
    entries = readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return; // none in this hierarchy
  }
  for (const entry of entries) await removeCgroup(join(path, entry));
  await until(`${path} can be removed`, () => {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT";
    }
  });
}

/** Where daemons write what they have to say: kept, for whoever looks into a failure of CI. */
export function logFile(name: string): string {
  const path = join(project, "dist/report", `${name}.log`);
  rmSync(path, { force: true });
  return path;
}
