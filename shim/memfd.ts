import { SyscallError } from "./error.ts";
import { Fd } from "./fd.ts";
import { writeAll } from "./files.ts";
import { call, cString, tryCall } from "./libc.ts";

/** MFD_*, include/uapi/linux/memfd.h. */
const mfd = { cloexec: 0x1, allowSealing: 0x2, exec: 0x10 } as const;
/** F_SEAL_SEAL, SHRINK, GROW, WRITE: nobody changes the file again. */
const seals_all = 0x1 | 0x2 | 0x4 | 0x8;
const add_seals = 1033;
const invalid = 22;

/**
 * A file in memory that can be sealed, close-on-exec; with `exec` one that can be run.
 *
 * MFD_EXEC is needed where vm.memfd_noexec is 1, and refused as unknown (EINVAL) before Linux 6.3.
 */
export function memfdCreate(name: string, { exec = false } = {}): Fd {
  const flags = mfd.cloexec | mfd.allowSealing;
  const text = cString(name);
  const result = tryCall("memfd_create", text, exec ? flags | mfd.exec : flags);
  if (result >= 0) return new Fd(result, name);
  if (!exec || result !== -invalid) throw new SyscallError("memfd_create", -result, name);
  return new Fd(call("memfd_create", [text, flags], name), name);
}

/** Seals the content for good. A container that gets hold of it (CVE-2019-5736) cannot write to what wrun runs. */
export function seal(fd: Fd): void {
  call("fcntl", [fd.number, add_seals, seals_all], fd.name);
}

/** A sealed file with these bytes, its offset at the end: whoever reads it uses pread or mmap. */
export function sealedFile(name: string, bytes: Uint8Array, options?: { exec?: boolean }): Fd {
  const fd = memfdCreate(name, options);
  try {
    writeAll(fd, bytes);
    seal(fd);
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}
