import { SyscallError } from "./error.ts";
import { tryCall } from "./libc.ts";

const bad_fd = 9;
let open_count = 0;

/** How many Fds of this thread are neither closed nor released: what a test compares before and after. */
export function openFds(): number {
  return open_count;
}

/**
 * An owned file descriptor, closed exactly once: by close(), or by `using`.
 *
 * `number` of a closed one throws: the kernel gives the number to the next open, so that a late use hits another file.
 */
export class Fd {
  #number: number;
  readonly #name: string;

  /** Takes over `number`; `name` is what it stands for in messages. */
  constructor(number: number, name = "") {
    if (!Number.isInteger(number) || number < 0) {
      throw new RangeError(`\`${number}\` is not a file descriptor`);
    }
    this.#number = number;
    this.#name = name;
    open_count++;
  }

  get number(): number {
    if (this.#number < 0) throw new SyscallError("close", bad_fd, this.#name || undefined);
    return this.#number;
  }

  /** The path or other name it was opened by, "" when it has none. */
  get name(): string {
    return this.#name;
  }

  get closed(): boolean {
    return this.#number < 0;
  }

  /** Throws SyscallError EBADF when it was closed or released before. */
  close(): void {
    // After any error but EBADF the number is free again on Linux (man 2 close), so that a second try would hit another file.
    const result = tryCall("close", this.release());
    if (result === -bad_fd) throw new SyscallError("close", bad_fd, this.#name || undefined);
  }

  /** Gives the number away: whoever takes it closes it. */
  release(): number {
    const number = this.number;
    this.#number = -1;
    open_count--;
    return number;
  }

  [Symbol.dispose](): void {
    if (!this.closed) this.close();
  }
}
