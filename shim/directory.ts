import type { Fd } from "./fd.ts";
import { open_flags, openat2, resolve_own } from "./files.ts";
import { call } from "./libc.ts";

export interface Entry {
  name: string;
  directory: boolean;
}

/** The entries of a directory but `.` and `..`, by getdents64(2), in the kernel's order; `at` may be O_PATH. */
export function entries(at: Fd): Entry[] {
  using dir = openat2(at, ".", open_flags.read | open_flags.directory, { resolve: resolve_own });
  const list: Entry[] = [];
  const buffer = Buffer.alloc(32768);
  for (;;) {
    const length = call("getdents64", [dir.number, buffer, buffer.length], dir.name);
    if (length === 0) return list;
    for (let at = 0; at < length; at += buffer.readUInt16LE(at + 16)) {
      const found = entry(buffer, at);
      if (found.name !== "." && found.name !== "..") list.push(found);
    }
  }
}

/** struct linux_dirent64 { u64 ino; s64 off; u16 reclen; u8 type; char name[]; } */
function entry(buffer: Buffer, at: number): Entry {
  const dt_dir = 4;
  const name = at + 19;
  return {
    name: buffer.toString("utf8", name, buffer.indexOf(0, name)),
    directory: buffer[at + 18] === dt_dir,
  };
}
