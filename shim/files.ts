import { isErrno } from "./error.ts";
import { Fd } from "./fd.ts";
import { call, cString } from "./libc.ts";
import type { Arch } from "./program/syscalls.ts";

/** Flags of open(2), include/uapi/asm-generic/fcntl.h. O_DIRECTORY and O_NOFOLLOW have other numbers on arm64. */
export function openFlags(arch: Arch) {
  return {
    read: 0,
    write: 1,
    readWrite: 2,
    create: 0o100,
    exclusive: 0o200,
    truncate: 0o1000,
    append: 0o2000,
    nonblock: 0o4000,
    directory: arch === "arm64" ? 0o40000 : 0o200000,
    nofollow: arch === "arm64" ? 0o100000 : 0o400000,
    cloexec: 0o2000000,
    path: 0o10000000,
  } as const;
}

/** Those of this host. */
export const open_flags = openFlags(process.arch === "arm64" ? "arm64" : "x64");

/** RESOLVE_* of openat2(2). */
export const resolve = {
  noXdev: 0x01,
  noMagiclinks: 0x02,
  noSymlinks: 0x04,
  beneath: 0x08,
  inRoot: 0x10,
} as const;

/** Below a directory of our own: nothing in it can lead elsewhere. */
export const resolve_own = resolve.beneath | resolve.noSymlinks | resolve.noXdev;

/** The directory that relative paths start from when there is none open: AT_FDCWD. */
export const cwd = -100;

const tries_max = 32;

/**
 * Opens a file by openat2(2), close-on-exec; `at` is a directory or AT_FDCWD.
 *
 * openat2 says EAGAIN when a rename races with a `..` under RESOLVE_BENEATH or IN_ROOT: tried again, but not for ever.
 */
export function openat2(
  at: Fd | typeof cwd,
  path: string,
  flags: number,
  how: { resolve?: number; mode?: number } = {},
): Fd {
  const words = new BigUint64Array(3);
  words[0] = BigInt(flags | open_flags.cloexec);
  words[1] = BigInt(how.mode ?? 0);
  words[2] = BigInt(how.resolve ?? 0);
  const name = at === cwd ? path : join(at.name, path);
  for (let left = tries_max; ; left--) {
    try {
      const args = [at === cwd ? cwd : at.number, cString(path), words, words.byteLength];
      return new Fd(call("openat2", args, name), name);
    } catch (error) {
      if (left === 0 || !isErrno(error, "EAGAIN")) throw error;
    }
  }
}

function join(dir: string, path: string): string {
  if (dir === "") return path;
  return path === "." ? dir : `${dir.replace(/\/$/, "")}/${path}`;
}

/** Opens a directory as a place only (O_PATH): what it holds is reached by *at calls, its rights are not used. */
export function openDirectory(path: string, at: Fd | typeof cwd = cwd, resolve = 0): Fd {
  return openat2(at, path, open_flags.path | open_flags.directory, { resolve });
}

/** mkdirat(2): one directory, `name` without a slash. */
export function mkdirat(at: Fd, name: string, mode = 0o755): void {
  call("mkdirat", [at.number, cString(name), mode], join(at.name, name));
}

/** unlinkat(2): a file, or with `directory` an empty directory. */
export function unlinkat(at: Fd, name: string, kind: "file" | "directory" = "file"): void {
  const removedir = 0x200;
  call(
    "unlinkat",
    [at.number, cString(name), kind === "directory" ? removedir : 0],
    join(at.name, name),
  );
}

/** Copies a descriptor to the lowest free number from `least` on, close-on-exec. */
export function duplicate(number: number, least = 3): Fd {
  const dupfd_cloexec = 1030;
  return new Fd(call("fcntl", [number, dupfd_cloexec, least]));
}

/** Switches O_NONBLOCK of the open file on or off: of all descriptors that share it, in every process. */
export function setNonblock(fd: Fd, on: boolean): void {
  const [getfl, setfl] = [3, 4];
  const flags = call("fcntl", [fd.number, getfl], fd.name);
  call(
    "fcntl",
    [fd.number, setfl, on ? flags | open_flags.nonblock : flags & ~open_flags.nonblock],
    fd.name,
  );
}

/** One read(2) into `bytes`: how many came, 0 at the end. */
export function read(fd: Fd, bytes: Uint8Array): number {
  return call("read", [fd.number, bytes, bytes.length], fd.name || undefined);
}

/** One write(2): how many bytes went. */
export function write(fd: Fd, bytes: Uint8Array): number {
  return call("write", [fd.number, bytes, bytes.length], fd.name || undefined);
}

/** Reads to the end, at most `bytes_max`; throws RangeError when there is more. */
export function readAll(fd: Fd, bytes_max = 1 << 20): Uint8Array {
  let bytes = new Uint8Array(Math.min(4096, bytes_max + 1));
  let length = 0;
  for (;;) {
    const count = read(fd, bytes.subarray(length));
    if (count === 0) return bytes.subarray(0, length);
    length += count;
    if (length > bytes_max) throw new RangeError(`\`${fd.name}\` has more than ${bytes_max} bytes`);
    if (length < bytes.length) continue;
    const larger = new Uint8Array(Math.min(2 * bytes.length, bytes_max + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

/** Writes all of it, in as many write(2) as it takes. */
export function writeAll(fd: Fd, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += write(fd, bytes.subarray(at));
}
