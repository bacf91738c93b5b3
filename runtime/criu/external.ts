/**
 * Mounts that are not the container's own: CRIU leaves their content alone, and wants to be told at the restore what to
 * put in the same place. They go by names, which are runc's: the destination, and `/dev/null` for a masked file.
 */
import type { MountInfo } from "../../shim/facts/mountinfo.ts";
import type { MountsPlan } from "../../wasm/generated/host.js";
import type { Spec } from "../spec/types.ts";

export const masked_name = "/dev/null";

/** What there is at a path in the container. */
export interface Found {
  /** Where the mount is that the path leads to, without symbolic links. */
  point: string;
  directory: boolean;
}

export interface Container {
  spec: Spec;
  /** Of spec.mounts, in their order. */
  binds: readonly MountsPlan["bind"][];
  /** In a user namespace they are mounts of the host's nodes, else nothing is mounted there. */
  devices: readonly string[];
  ownCgroupNamespace: boolean;
  /** Null where there is no mount at the very end of the path. */
  found(path: string): Found | null;
  mounts: readonly MountInfo[];
}

/** For the dump: `mnt[POINT]:NAME`. */
export function externalMounts(container: Container): string[] {
  const { spec, devices, found } = container;
  const names = new Map<string, string>();
  for (const [point, name] of specMounts(container)) names.set(point, name);
  for (const path of spec.linux?.maskedPaths ?? []) {
    const at = found(path);
    if (at && !at.directory) names.set(at.point, masked_name);
  }
  for (const path of devices) {
    const at = found(path);
    if (at) names.set(at.point, path);
  }
  return [...names].map(([point, name]) => `mnt[${point}]:${name}`);
}

function specMounts({
  spec,
  binds,
  ownCgroupNamespace,
  found,
  mounts,
}: Container): [string, string][] {
  const list = (spec.mounts ?? []).map((mount, i) => {
    return { ...mount, bind: binds[i] ?? "none", at: found(mount.destination) };
  });
  const own = new Set(list.map(({ at }) => at?.point));
  const below = (at: Found, destination: string, types?: string): [string, string][] =>
    mounts
      .filter(({ point, type }) => point.startsWith(`${at.point}/`) && (types ?? type) === type)
      .filter(({ point }) => !own.has(point))
      .map(({ point }) => [point, joined(destination, point.slice(at.point.length))]);
  return list.flatMap(({ at, bind, type, destination }): [string, string][] => {
    if (!at) return [];
    if (bind === "bind") return [[at.point, destination]];
    if (bind === "rbind") return [[at.point, destination], ...below(at, destination)];
    // v1 without a namespace of its own: each hierarchy is a bind of the container's directory.
    return type === "cgroup" && !ownCgroupNamespace ? below(at, destination, "cgroup") : [];
  });
}

/** A destination and what comes below it, which begins with a slash. */
export function joined(destination: string, rest: string): string {
  return `${destination.replace(/\/+$/, "")}${rest}`;
}
