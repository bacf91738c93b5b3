/**
 * One cgroup hierarchy, v1 or v2, by directory descriptors: no path is resolved twice, and none leads out of the mount.
 */

import { removeCgroups } from "./cgroup-removal.ts";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import {
  mkdirat,
  open_flags,
  openat2,
  openDirectory,
  readAll,
  resolve_own,
  write,
} from "./files.ts";

/** How often a walk starts again because another wrun has removed an empty ancestor meanwhile. */
const walks_max = 16;

/** Opens the mount of a hierarchy, such as `/sys/fs/cgroup`. */
export function openHierarchy(mount: string): Fd {
  return openDirectory(mount);
}

/** The parts of a cgroup path such as `/wrun/id`; throws RangeError for `.`, `..` and a NUL. */
export function segments(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  for (const part of parts) {
    if (part === "." || part === ".." || part.includes("\0")) {
      throw new RangeError(`\`${path}\` is not a cgroup path`);
    }
  }
  return parts;
}

/** Opens a cgroup below the mount; throws SyscallError ENOENT where there is none. */
export function openCgroup(hierarchy: Fd, path: string): Fd {
  return openDirectory(segments(path).join("/") || ".", hierarchy, resolve_own);
}

export interface MadeCgroup {
  fd: Fd;
  /** The paths below the mount that did not exist before, outermost first: what to give to removeCgroups. */
  made: string[];
}

/** Makes a cgroup and its missing ancestors; when that fails it takes back what it made. */
export function makeCgroup(hierarchy: Fd, path: string): MadeCgroup {
  const parts = segments(path);
  const made = new Set<string>();
  for (let left = walks_max; ; left--) {
    try {
      const fd = walk(hierarchy, parts, made);
      return { fd, made: [...made] };
    } catch (error) {
      if (left > 0 && isErrno(error, "ENOENT")) continue;
      // Empty and new: the first try removes them, so there is nothing to wait for.
      removeCgroups(hierarchy, [...made]).catch(() => {});
      throw error;
    }
  }
}

function walk(hierarchy: Fd, parts: readonly string[], made: Set<string>): Fd {
  let at = openCgroup(hierarchy, "/");
  let path = "";
  for (const part of parts) {
    using parent = at;
    path += `/${part}`;
    try {
      mkdirat(parent, part);
      made.add(path);
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
    at = openDirectory(part, parent, resolve_own);
  }
  return at;
}

function openFile(cgroup: Fd, file: string, flags: number): Fd {
  if (file.includes("/")) throw new RangeError(`\`${file}\` is not the name of a cgroup file`);
  return openat2(cgroup, file, flags, { resolve: resolve_own });
}

/** Writes a cgroup file in one write(2), as the kernel parses each write by itself; throws SyscallError. */
export function writeFile(cgroup: Fd, file: string, value: string): void {
  using fd = openFile(cgroup, file, open_flags.write);
  write(fd, Buffer.from(value));
}

/** Reads a cgroup file, the final line break taken off. */
export function readFile(cgroup: Fd, file: string): string {
  using fd = openFile(cgroup, file, open_flags.read);
  return Buffer.from(readAll(fd, 1 << 24))
    .toString("latin1")
    .trimEnd();
}

/** A number of a file of `key number` lines, undefined when it has no such file or line. */
export function readCounter(cgroup: Fd, file: string, key: string): number | undefined {
  try {
    const line = readFile(cgroup, file)
      .split("\n")
      .find((line) => line.startsWith(`${key} `));
    return line === undefined ? undefined : Number(line.slice(key.length + 1));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * How many processes in it the kernel has killed for lack of memory; undefined where nobody counts.
 *
 * v2 counts the cgroups below as well (memory.events), v1 since Linux 4.13 only the cgroup itself (memory.oom_control).
 */
export function oomKills(cgroup: Fd): number | undefined {
  return (
    readCounter(cgroup, "memory.events", "oom_kill") ??
    readCounter(cgroup, "memory.oom_control", "oom_kill")
  );
}
