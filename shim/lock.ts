import { fstatSync } from "node:fs";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { cwd, open_flags, openat2 } from "./files.ts";
import { call } from "./libc.ts";

const exclusive = 2;
const nonblock = 4;

/** flock(2) on a directory, held until the Fd is closed; null when another holds it or there is no directory. */
export function tryLock(directory: string): Fd | null {
  let fd: Fd;
  try {
    fd = openat2(cwd, directory, open_flags.read | open_flags.directory | open_flags.nofollow);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return null;
    throw error;
  }
  try {
    call("flock", [fd.number, exclusive | nonblock], directory);
    if (fstatSync(fd.number).nlink > 0) return fd;
    // Removed while it was waited for: the lock is on nothing.
    fd.close();
    return null;
  } catch (error) {
    fd.close();
    if (isErrno(error, "EAGAIN")) return null;
    throw error;
  }
}

/** Waits for an exclusive flock(2). */
export function lockFile(fd: Fd): void {
  call("flock", [fd.number, exclusive], fd.name);
}
