import { cwd, open_flags } from "../files.ts";
import { cString, tryCall } from "../libc.ts";

const bytes_max = 1 << 24;
let buffer: Buffer | undefined;

/**
 * A small file as text, null when it is not there or not for this user: facts are what can be seen, not what is missing.
 *
 * Three system calls, a tenth of the time of fs.readFileSync, of which a missing file also costs an Error.
 */
export function readText(path: string): string | null {
  const fd = tryCall("openat", cwd, cString(path), open_flags.read | open_flags.cloexec, 0);
  if (fd < 0) return null;
  buffer ??= Buffer.allocUnsafe(1 << 16);
  let length = 0;
  for (;;) {
    const room = buffer.subarray(length);
    const count = tryCall("read", fd, room, room.length);
    if (count <= 0) {
      tryCall("close", fd);
      return count < 0 ? null : buffer.toString("utf8", 0, length);
    }
    length += count;
    if (length < buffer.length) continue;
    if (length >= bytes_max) {
      tryCall("close", fd);
      return null;
    }
    const larger = Buffer.allocUnsafe(2 * buffer.length);
    buffer.copy(larger);
    buffer = larger;
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
