import { fstatSync, readSync } from "node:fs";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { cwd, open_flags, openat2, resolve } from "./files.ts";
import { call, cString } from "./libc.ts";

/** One file of a root file system, seen without following a symbolic link at its end. */
export interface Node {
  type: "file" | "directory" | "symlink" | "other";
  /** Permission bits, with set-id and sticky. */
  mode: number;
  /** As this process sees them: of the host, not of the container. */
  uid: number;
  gid: number;
  size_bytes: number;
  /** Where a symbolic link leads, "" otherwise. */
  link: string;
  /** Is it on a mount where nothing may be executed. */
  noexec: boolean;
}

/** Something to look into a root file system with: what a failed launch is explained by. */
export interface RootView {
  /** The file, or the errno name of the failure. `path` is absolute in the root. */
  node(path: string): Node | string;
  /** The first bytes of a regular file, at most `bytes_max` from `at` on; an errno name when it is none or cannot be read. */
  head(path: string, bytes_max: number, at?: number): Uint8Array | string;
}

/** Symbolic links lead no further than the root, and never through /proc/PID/fd and the like (man 2 openat2). */
const confined = { resolve: resolve.inRoot | resolve.noMagiclinks };

const link_bytes_max = 4096;
const head_bytes_max = 1 << 16;
const st_noexec = 8n;

/**
 * A view of the file system below `root`, a directory that stays open as long as the view is used.
 *
 * The files are hostile: a name may lead to a FIFO, a device or a symbolic link to /dev/zero. So everything is opened
 * as a place only (O_PATH) first, which has no side effect, and read only when that place is a regular file.
 */
export function rootView(root: Fd): RootView {
  return {
    node: (path) =>
      answer(() => {
        using fd = openat2(root, path, open_flags.path | open_flags.nofollow, confined);
        return nodeOf(fd);
      }),
    head: (path, bytes_max, at = 0) =>
      answer(() => {
        using place = openat2(root, path, open_flags.path, confined);
        if (!fstatSync(place.number).isFile()) return "EINVAL";
        using fd = reopen(place);
        return readAt(fd, Math.min(bytes_max, head_bytes_max), at);
      }),
  };
}

function answer<T>(look: () => T | string): T | string {
  try {
    return look();
  } catch (error) {
    if (isErrno(error)) return error.errno;
    throw error;
  }
}

function nodeOf(fd: Fd): Node {
  const stat = fstatSync(fd.number);
  const symlink = stat.isSymbolicLink();
  const type = symlink
    ? "symlink"
    : stat.isDirectory()
      ? "directory"
      : stat.isFile()
        ? "file"
        : "other";
  return {
    type,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    size_bytes: stat.size,
    link: symlink ? linkOf(fd) : "",
    noexec: isNoexec(fd),
  };
}

/** Where a symbolic link leads. readlinkat with an empty path reads the link that the descriptor itself stands for. */
export function linkOf(fd: Fd): string {
  const bytes = new Uint8Array(link_bytes_max);
  const length = call("readlinkat", [fd.number, cString(""), bytes, bytes.length], fd.name);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** struct statfs is fifteen longs on both architectures; f_flags is the eleventh. */
function isNoexec(fd: Fd): boolean {
  const words = new BigUint64Array(15);
  call("fstatfs", [fd.number, words], fd.name);
  return ((words[10] ?? 0n) & st_noexec) !== 0n;
}

/**
 * Opens for reading what an O_PATH descriptor stands for: the same file, whatever its name leads to by now.
 *
 * O_NONBLOCK, for a few regular files of procfs block (/proc/kmsg).
 */
function reopen(place: Fd): Fd {
  return openat2(cwd, `/proc/self/fd/${place.number}`, open_flags.read | open_flags.nonblock);
}

function readAt(fd: Fd, bytes_max: number, at: number): Uint8Array | string {
  const bytes = new Uint8Array(bytes_max);
  let length = 0;
  try {
    while (length < bytes_max) {
      const count = readSync(fd.number, bytes, length, bytes_max - length, at + length);
      if (count === 0) break;
      length += count;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code;
  }
  return bytes.subarray(0, length);
}
