/**
 * What a test needs of the machine it runs on, and how to find out.
 *
 * A tool can be installed, so in CI its absence is a failure; the kind of host (cgroup version, privilege,
 * architecture) cannot, so there another lane has to run the test, and test/summary.ts checks that one did.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, realpathSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export type Tool =
  | "aarch64-gcc"
  | "bun"
  | "busybox"
  | "chromium"
  | "cni"
  | "containerd"
  | "crictl"
  | "crun"
  | "deno"
  | "docker"
  | "gcc"
  | "newuidmap"
  | "podman"
  | "ps"
  | "python3"
  | "runc"
  | "rust"
  | "script"
  | "strace"
  | "subids"
  | "user"
  | "wasmtime";

export type Host =
  | "apparmor"
  | "arm64"
  | "cgroup-v1"
  | "cgroup-v2"
  | "criu"
  | "hybrid"
  | "id-mapped"
  | "memory-controller"
  | "not-root"
  | "root"
  | "systemd"
  | "userns"
  | "x64";

export type Need = Tool | Host;

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

const tools = new Set<Need>([
  "aarch64-gcc",
  "bun",
  "busybox",
  "chromium",
  "cni",
  "containerd",
  "crictl",
  "crun",
  "deno",
  "docker",
  "gcc",
  "newuidmap",
  "podman",
  "ps",
  "python3",
  "runc",
  "rust",
  "script",
  "strace",
  "subids",
  "user",
  "wasmtime",
]);

/** Whether a missing need is the fault of the machine's set-up and not of its kind. Only root can be another user. */
export function isTool(need: Need): boolean {
  return tools.has(need) && !((need === "user" || need === "subids") && !root());
}

/** The absolute path of an executable, or "" when PATH (and the sbin directories) have none. */
export function which(name: string): string {
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const directory of directories.filter((entry) => entry.startsWith("/"))) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this directory
    }
  }
  return "";
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/**
 * The ordinary user that tests may su to: $WRUN_TEST_USER, by default `wrun-test`, which `.ci/run` makes.
 * Null where it does not exist.
 */
export function ordinaryUser(): Account | null {
  return account(process.env.WRUN_TEST_USER ?? "wrun-test");
}

/** A second user, who has ranges in /etc/subuid and /etc/subgid: $WRUN_TEST_SUBID_USER, by default `wrun-test-subids`. */
export function subordinateUser(): Account | null {
  const found = account(process.env.WRUN_TEST_SUBID_USER ?? "wrun-test-subids");
  if (!found) return null;
  const has = (path: string) => text(path).includes(`${found.name}:`);
  return has("/etc/subuid") && has("/etc/subgid") ? found : null;
}

function account(name: string): Account | null {
  for (const line of text("/etc/passwd").split("\n")) {
    const [login, , uid, gid, , home] = line.split(":");
    if (login === name) return { name, uid: Number(uid), gid: Number(gid), home: home ?? "/" };
  }
  return null;
}

function userNamespaces(): boolean {
  try {
    execFileSync("unshare", ["--user", "--map-root-user", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Has it CRIU, and a kernel that is not too new for it? Then `criu check` is content. */
function canDump(): boolean {
  const criu = which("criu");
  if (criu === "") return false;
  try {
    execFileSync(criu, ["check"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const unified = () => existsSync("/sys/fs/cgroup/cgroup.controllers");
const has = (name: string) => () => which(name) !== "";
const all = (...names: string[]) => names.every((name) => which(name) !== "");
const root = () => process.geteuid?.() === 0;

/** The security modules of this kernel, where securityfs is mounted. */
function lsm(): string {
  const path = "/sys/kernel/security/lsm";
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Is the temporary directory on a file system whose mounts can map ids: man 2 mount_setattr? */
function mapsIds(): boolean {
  const directory = realpathSync(tmpdir());
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, point = "?"]) => point === "/" || `${directory}/`.startsWith(`${point}/`));
  const type = mounts.reduce((best, each) =>
    (each[1] ?? "").length >= (best[1] ?? "").length ? each : best,
  )[2];
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const hasTmpfs = major > 6 || (major === 6 && minor >= 3);
  return ["ext4", "xfs", "btrfs", ...(hasTmpfs ? ["tmpfs"] : [])].includes(type ?? "");
}

const probes: Record<Need, () => boolean> = {
  "aarch64-gcc": has("aarch64-linux-gnu-gcc"),
  apparmor: () => /\bapparmor\b/.test(lsm()) && which("apparmor_parser") !== "",
  bun: () => webAssemblyHost("bun") !== "",
  busybox: has("busybox"),
  chromium: () => webAssemblyHost("chromium") !== "",
  cni: () => existsSync("/usr/lib/cni/bridge"),
  containerd: () => all("containerd", "ctr"),
  crictl: () => crictl() !== "",
  crun: has("crun"),
  deno: () => webAssemblyHost("deno") !== "",
  docker: () => all("containerd", "docker", "dockerd"),
  gcc: has("gcc"),
  newuidmap: has("newuidmap"),
  podman: () => all("podman", "conmon", "catatonit"),
  ps: has("ps"),
  python3: has("python3"),
  runc: has("runc"),
  rust: () => existsSync(`${process.env.WRUN_TEST_RUST}/vectors`),
  script: has("script"),
  strace: has("strace"),
  subids: () => root() && subordinateUser() !== null && which("newuidmap") !== "",
  user: () => root() && ordinaryUser() !== null,
  wasmtime: () => wasmtimePython() !== "",
  arm64: () => process.arch === "arm64",
  "cgroup-v1": () => /^\d+:[^:]+:/m.test(text("/proc/self/cgroup")) && !unified(),
  "cgroup-v2": unified,
  criu: canDump,
  "id-mapped": mapsIds,
  hybrid: () => existsSync("/sys/fs/cgroup/unified/cgroup.controllers"),
  "memory-controller": () => /^memory\t\d+\t\d+\t1$/m.test(text("/proc/cgroups")),
  "not-root": () => !root(),
  root,
  systemd: () => existsSync("/run/systemd/private"),
  userns: userNamespaces,
  x64: () => process.arch === "x64",
};

/** A Python with the wasmtime package: $WRUN_TEST_PYTHON, else python3; "" when it cannot import it. */
export function wasmtimePython(): string {
  const python = process.env.WRUN_TEST_PYTHON ?? which("python3");
  if (!python) return "";
  try {
    execFileSync(python, ["-c", "import wasmtime"], { stdio: "ignore" });
    return python;
  } catch {
    return "";
  }
}

/** Where one of these programs is: $WRUN_TEST_BUN and so on, else in PATH; "" when it is not. `.ci/hosts` has them all. */
export function webAssemblyHost(name: "bun" | "chromium" | "deno"): string {
  return process.env[`WRUN_TEST_${name.toUpperCase()}`] ?? which(name);
}

/** $WRUN_TEST_CRICTL, else in PATH; "" when there is none. */
export function crictl(): string {
  const path = process.env.WRUN_TEST_CRICTL;
  return path && existsSync(path) ? path : which("crictl");
}

const answers = new Map<Need, boolean>();

/** Those of the needs that this machine does not meet. Each is looked up once. */
export function missing(needs: readonly Need[]): Need[] {
  return needs.filter((need) => {
    const known = answers.get(need) ?? probes[need]();
    answers.set(need, known);
    return !known;
  });
}
