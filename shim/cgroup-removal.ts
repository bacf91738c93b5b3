import { now_ms } from "./clock.ts";
import { entries } from "./directory.ts";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { openDirectory, resolve_own, unlinkat } from "./files.ts";

/** A cgroup stays busy for a moment after its last process has ended. */
const timeout_ms_max = 2000;
const pause_ms = { min: 1, max: 20 } as const;
/** What a container may have made below its cgroup: enough for an init system, an end for a hostile one. */
const depth_max = 32;

/**
 * Removes cgroups, the last of the list first, with what a container made below the last of them.
 *
 * That last one must go: rejects with SyscallError EBUSY when it still has processes after two seconds. Its ancestors
 * stay where another container has moved in. Those that are gone already count as removed.
 */
export async function removeCgroups(hierarchy: Fd, paths: readonly string[]): Promise<void> {
  const [leaf, ...ancestors] = [...paths].reverse();
  if (leaf === undefined) return;
  const end_ms = now_ms() + timeout_ms_max;
  for (let wait_ms: number = pause_ms.min; ; wait_ms = Math.min(2 * wait_ms, pause_ms.max)) {
    try {
      removeTree(hierarchy, leaf);
      break;
    } catch (error) {
      if (!isErrno(error, "EBUSY") || now_ms() > end_ms) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
  removeAncestors(hierarchy, ancestors);
}

/** The same without waiting: false when the last of the list has processes, and then nothing is removed. */
export function removeIfEmpty(hierarchy: Fd, paths: readonly string[]): boolean {
  const [leaf, ...ancestors] = [...paths].reverse();
  if (leaf === undefined) return true;
  try {
    removeTree(hierarchy, leaf);
  } catch (error) {
    if (isErrno(error, "EBUSY")) return false;
    throw error;
  }
  removeAncestors(hierarchy, ancestors);
  return true;
}

function removeAncestors(hierarchy: Fd, paths: readonly string[]): void {
  for (const path of paths) {
    try {
      remove(hierarchy, path);
    } catch (error) {
      if (!isErrno(error, "EBUSY", "ENOTEMPTY")) throw error;
    }
  }
}

function removeTree(hierarchy: Fd, path: string, depth = 0): void {
  try {
    remove(hierarchy, path);
  } catch (error) {
    if (!isErrno(error, "EBUSY", "ENOTEMPTY") || depth === depth_max) throw error;
    for (const child of children(hierarchy, path)) removeTree(hierarchy, child, depth + 1);
    remove(hierarchy, path);
  }
}

function children(hierarchy: Fd, path: string): string[] {
  using cgroup = openDirectory(path.replace(/^\/+/, ""), hierarchy, resolve_own);
  return entries(cgroup)
    .filter(({ directory }) => directory)
    .map(({ name }) => `${path}/${name}`);
}

function remove(hierarchy: Fd, path: string): void {
  const at = path.lastIndexOf("/");
  try {
    using parent = openDirectory(
      path.slice(0, at).replace(/^\/+/, "") || ".",
      hierarchy,
      resolve_own,
    );
    unlinkat(parent, path.slice(at + 1), "directory");
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
