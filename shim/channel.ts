import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { read, writeAll } from "./files.ts";
import { readable } from "./poll.ts";

/**
 * A pipe or socket as messages of a size that both sides know; owns its descriptor.
 *
 * Read only what has come, so that the event loop never stands still; one reader at a time.
 */
export class Channel {
  readonly fd: Fd;
  #reading = false;

  constructor(fd: Fd) {
    this.fd = fd;
  }

  /**
   * The next message of exactly so many bytes, null when the other side has closed.
   *
   * Rejects with RangeError when it closes within a message, and with the signal's reason.
   */
  async read(bytes: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    if (this.#reading) throw new RangeError(`\`${this.fd.name}\` is being read already`);
    this.#reading = true;
    try {
      const message = new Uint8Array(bytes);
      let length = 0;
      while (length < bytes) {
        await readable(this.fd, signal);
        const count = this.#take(message.subarray(length));
        if (count === 0 && length === 0) return null;
        if (count === 0) {
          throw new RangeError(`\`${this.fd.name}\` ended after ${length} of ${bytes} bytes`);
        }
        length += count;
      }
      return message;
    } finally {
      this.#reading = false;
    }
  }

  /** Writes a message; it must fit into the pipe (64 KiB), since write(2) waits for room. */
  write(message: Uint8Array): void {
    writeAll(this.fd, message);
  }

  close(): void {
    this.fd.close();
  }

  [Symbol.dispose](): void {
    this.fd[Symbol.dispose]();
  }

  /** A socket whose other side is gone with something unread says so as an error: the end, to us. */
  #take(bytes: Uint8Array): number {
    try {
      return read(this.fd, bytes);
    } catch (error) {
      if (isErrno(error, "ECONNRESET")) return 0;
      throw error;
    }
  }
}
