/**
 * What a test needs of the machine it runs on, and how to find out.
 *
 * A tool can be installed, so in CI its absence is a failure; the kind of host (cgroup version, privilege,
 * architecture) cannot, so there another lane has to run the test, and test/summary.ts checks that one did.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export type Tool =
  | "aarch64-gcc"
  | "apparmor_parser"
  | "busybox"
  | "crun"
  | "gcc"
  | "newuidmap"
  | "ps"
  | "python3"
  | "runc"
  | "strace"
  | "subids"
  | "user"
  | "wasmtime";

export type Host =
  | "arm64"
  | "cgroup-v1"
  | "cgroup-v2"
  | "hybrid"
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
  "apparmor_parser",
  "busybox",
  "crun",
  "gcc",
  "newuidmap",
  "ps",
  "python3",
  "runc",
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

const unified = () => existsSync("/sys/fs/cgroup/cgroup.controllers");
const has = (name: string) => () => which(name) !== "";
const root = () => process.geteuid?.() === 0;

const probes: Record<Need, () => boolean> = {
  "aarch64-gcc": has("aarch64-linux-gnu-gcc"),
  apparmor_parser: has("apparmor_parser"),
  busybox: has("busybox"),
  crun: has("crun"),
  gcc: has("gcc"),
  newuidmap: has("newuidmap"),
  ps: has("ps"),
  python3: has("python3"),
  runc: has("runc"),
  strace: has("strace"),
  subids: () => root() && subordinateUser() !== null && which("newuidmap") !== "",
  user: () => root() && ordinaryUser() !== null,
  wasmtime: () => wasmtimePython() !== "",
  arm64: () => process.arch === "arm64",
  "cgroup-v1": () => /^\d+:[^:]+:/m.test(text("/proc/self/cgroup")) && !unified(),
  "cgroup-v2": unified,
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

const answers = new Map<Need, boolean>();

/** Those of the needs that this machine does not meet. Each is looked up once. */
export function missing(needs: readonly Need[]): Need[] {
  return needs.filter((need) => {
    const known = answers.get(need) ?? probes[need]();
    answers.set(need, known);
    return !known;
  });
}
