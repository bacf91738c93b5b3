import { fstatSync } from "node:fs";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { cwd, open_flags, openat2 } from "./files.ts";
import { call } from "./libc.ts";

const exclusive = 2;
const nonblock = 4;

/** flock(2) on a directory, held until the Fd is closed; null when another holds it or there is no directory. */
export function tryLock(directory: string): Fd | null {
  const fd = openLock(directory);
  if (!fd) return null;
  try {
    call("flock", [fd.number, exclusive | nonblock], directory);
  } catch (error) {
    fd.close();
    if (isErrno(error, "EAGAIN")) return null;
    throw error;
  }
  return stillThere(fd);
}

/** Waits for an exclusive flock(2) on a directory; null when the directory was removed meanwhile. */
export function lock(directory: string): Fd | null {
  const fd = openLock(directory);
  if (!fd) return null;
  call("flock", [fd.number, exclusive], directory);
  return stillThere(fd);
}

function openLock(directory: string): Fd | null {
  try {
    return openat2(cwd, directory, open_flags.read | open_flags.directory | open_flags.nofollow);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return null;
    throw error;
  }
}

/** A lock on a directory that was removed while it was waited for is a lock on nothing. */
function stillThere(fd: Fd): Fd | null {
  if (fstatSync(fd.number).nlink > 0) return fd;
  fd.close();
  return null;
}
