import { cwd, open_flags } from "../files.ts";
import { cString, tryCall } from "../libc.ts";

const bytes_max = 1 << 24;
/** One read(2). A larger one is refused by files of /proc/sys with ENOMEM, however little they hold (proc_sys_call_handler). */
const read_bytes = 1 << 16;
let buffer: Buffer | undefined;

/**
 * A small file as text, null when it is not there or not for this user: facts are what can be seen, not what is missing.
 *
 * Three system calls, a tenth of the time of fs.readFileSync, of which a missing file also costs an Error.
 */
export function readText(path: string): string | null {
  const fd = tryCall("openat", cwd, cString(path), open_flags.read | open_flags.cloexec, 0);
  if (fd < 0) return null;
  try {
    return readDescriptor(fd);
  } finally {
    tryCall("close", fd);
  }
}

function readDescriptor(fd: number): string | null {
  buffer ??= Buffer.allocUnsafe(read_bytes);
  let bytes = buffer;
  let length = 0;
  for (;;) {
    const room = bytes.subarray(length, length + read_bytes);
    const count = tryCall("read", fd, room, room.length);
    if (count <= 0) return count < 0 ? null : bytes.toString("utf8", 0, length);
    length += count;
    if (length < bytes.length) continue;
    if (length >= bytes_max) return null;
    bytes = Buffer.concat([bytes], 2 * length);
  }
}

/** The lines of a text, without empty ones. */
export function lines(text: string | null): string[] {
  return text === null ? [] : text.split("\n").filter((line) => line !== "");
}

/** A file that is one number, null when it is missing or something else. */
export function readNumber(path: string): number | null {
  const text = readText(path)?.trim() ?? "";
  return /^-?\d+$/.test(text) ? Number(text) : null;
}
