import { cwd } from "../files.ts";
import { cString, tryCall } from "../libc.ts";
import { probeFeatures } from "./cgroup-features.ts";
import type { MountInfo } from "./mountinfo.ts";
import { lines, readText } from "./text.ts";
import type { Facts, Hierarchy } from "./types.ts";

/** One line of /proc/self/cgroup: `4:memory:/path`, `1:name=systemd:/path`, `0::/path` for v2. */
export interface Membership {
  /** Sorted as the kernel does; for a named hierarchy without controllers `name=…`; [] for v2. */
  controllers: string[];
  path: string;
}

/** A hierarchy that is mounted, before asking what may be done in it. */
export type Mounted = Omit<Hierarchy, "writable">;

/** /proc/self/cgroup: `ID:CONTROLLERS:PATH` a line, without controllers for v2 and for named hierarchies of v1. */
export function parseMemberships(text: string): Membership[] {
  return lines(text).flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    return [{ controllers: controllers.split(",").filter((name) => name !== ""), path }];
  });
}

/**
 * Each hierarchy once, in the order of the mounts, with the cgroup of this process below its mount.
 *
 * Where several mounts show the same hierarchy the one that shows the most of it is taken, and of equal ones the first
 * that is not read-only. Controllers of v2 are left empty: they are read from a file.
 */
export function matchHierarchies(
  mounts: readonly MountInfo[],
  memberships: readonly Membership[],
): Mounted[] {
  const candidates = mounts.filter(({ type }) => type === "cgroup" || type === "cgroup2");
  return memberships
    .flatMap((membership) => {
      const found = candidates.filter((mount) => shows(mount, membership));
      const best = found.sort((a, b) => rank(a, membership) - rank(b, membership))[0];
      return best ? [{ at: candidates.indexOf(best), hierarchy: mounted(best, membership) }] : [];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ hierarchy }) => hierarchy);
}

function shows(mount: MountInfo, { controllers }: Membership): boolean {
  if (controllers.length === 0) return mount.type === "cgroup2";
  return mount.type === "cgroup" && controllers.every((name) => mount.superOptions.includes(name));
}

function rank(mount: MountInfo, { path }: Membership): number {
  const visible = below(path, mount.root) === undefined ? 1_000_000 : 10 * mount.root.length;
  return visible + (mount.options.includes("ro") ? 1 : 0);
}

function mounted(mount: MountInfo, { controllers, path }: Membership): Mounted {
  const name = controllers.find((controller) => controller.startsWith("name="));
  return {
    unified: controllers.length === 0,
    controllers: controllers.filter((controller) => !controller.startsWith("name=")),
    mount: mount.point,
    // A cgroup that the mount does not show (the path then begins with `/..`, or with the path of another container)
    // has no name below it: the mount itself is the nearest.
    own: below(path, mount.root) ?? "/",
    name: name?.slice("name=".length) ?? "",
  };
}

/** `path` as seen from `root`, undefined when it is not below it. */
function below(path: string, root: string): string | undefined {
  if (root === "/") return path.startsWith("/..") ? undefined : path;
  if (path === root) return "/";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** v1 and v2 both: hybrid, even when one of them has no controllers. */
export function versionOf(hierarchies: readonly Mounted[]): Facts["cgroup"]["version"] {
  const v2 = hierarchies.some(({ unified }) => unified);
  const v1 = hierarchies.some(({ unified }) => !unified);
  if (v1 && v2) return "hybrid";
  return v1 ? "v1" : v2 ? "v2" : "none";
}

/** `mounts` is this process's /proc/self/mountinfo, `kernel` what the version of the kernel says. */
export function probeCgroup(
  mounts: readonly MountInfo[],
  kernel: Facts["kernel"],
): Facts["cgroup"] {
  const memberships = parseMemberships(readText("/proc/self/cgroup") ?? "");
  const hierarchies = matchHierarchies(mounts, memberships).map((hierarchy) => {
    const writable = writability(hierarchy);
    const at = writable === "root" ? hierarchy.mount : join(hierarchy.mount, hierarchy.own);
    const controllers = hierarchy.unified
      ? (readText(`${at}/cgroup.controllers`) ?? "").trim().split(" ").filter(Boolean)
      : hierarchy.controllers;
    return { ...hierarchy, controllers, writable };
  });
  return {
    version: versionOf(hierarchies),
    hierarchies,
    swap: countsSwap(hierarchies),
    features: probeFeatures(hierarchies, kernel),
  };
}

/** As if this process were in another cgroup, that of the manager of its user's services: v2 only, where it may write. */
export function delegatedTo(hierarchies: readonly Hierarchy[], path: string): Hierarchy[] {
  return hierarchies.map((hierarchy) => {
    const own = { ...hierarchy, own: path };
    const writable = hierarchy.unified ? writability(own) : "none";
    const text = hierarchy.unified
      ? readText(`${join(hierarchy.mount, path)}/cgroup.controllers`)
      : null;
    const controllers = text?.trim().split(" ").filter(Boolean) ?? hierarchy.controllers;
    return { ...own, controllers, writable };
  });
}

function join(mount: string, path: string): string {
  return path === "/" ? mount : `${mount.replace(/\/$/, "")}${path}`;
}

function writability({ mount, own, unified }: Mounted): Hierarchy["writable"] {
  // To put a process into a new cgroup one must be able to write cgroup.procs of an ancestor it shares with the old one.
  const may = (dir: string) => mayWrite(dir) && mayWrite(`${dir}/cgroup.procs`);
  if (may(mount)) return "root";
  const dir = join(mount, own);
  return own !== "/" && may(dir) && (!unified || mayWrite(`${dir}/cgroup.subtree_control`))
    ? "own"
    : "none";
}

/** faccessat2(2) with the effective ids: also no on a read-only mount. */
function mayWrite(path: string): boolean {
  const [w_ok, at_eaccess] = [2, 0x200];
  return tryCall("faccessat2", cwd, cString(path), w_ok, at_eaccess) === 0;
}

function exists(path: string): boolean {
  return tryCall("faccessat2", cwd, cString(path), 0, 0) === 0;
}

/** Swap is counted unless the kernel was built or started (swapaccount=0) without it: the file is missing then. */
function countsSwap(hierarchies: readonly Hierarchy[]): boolean {
  const memory = hierarchies.find(({ controllers }) => controllers.includes("memory"));
  if (!memory) return false;
  const dir = join(memory.mount, memory.own);
  if (!memory.unified) return exists(`${dir}/memory.memsw.limit_in_bytes`);
  // The root cgroup of v2 has no limits; one that systemd or init made does, and without any the default is on.
  if (exists(`${dir}/memory.current`)) return exists(`${dir}/memory.swap.max`);
  const sibling = ["init.scope", "system.slice", "user.slice"]
    .map((name) => `${memory.mount}/${name}`)
    .find((path) => exists(`${path}/memory.current`));
  return sibling === undefined || exists(`${sibling}/memory.swap.max`);
}
