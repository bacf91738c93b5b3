/** A child process of wrun, waited for exactly once, however many ask. */
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { type ExitStatus, pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { ended, exited } from "../../shim/wait.ts";

const sigkill = 9;

/** Owns a pidfd from the start, closed when the process has ended and its status is taken. */
export class Child {
  readonly pid: number;
  readonly #pidfd: Fd;
  readonly #isOwn: boolean;
  #status: Promise<ExitStatus> | undefined;

  /** `isOwn`: else it is a grandchild, whose end can be seen, and whose status is another's. */
  constructor(pid: number, isOwn = true) {
    this.pid = pid;
    this.#pidfd = pidfdOpen(pid);
    this.#isOwn = isOwn;
  }

  exited(): Promise<ExitStatus> {
    this.#status ??= this.#wait().finally(() => this.#pidfd.close());
    return this.#status;
  }

  async #wait(): Promise<ExitStatus> {
    if (this.#isOwn) return exited(this.#pidfd);
    await ended(this.#pidfd);
    return { exited: 0 };
  }

  /** Kills it, unless it has ended, and waits. */
  async end(): Promise<void> {
    this.kill();
    await this.exited();
  }

  kill(): void {
    try {
      if (!this.#pidfd.closed) pidfdSendSignal(this.#pidfd, sigkill);
    } catch (error) {
      // Of a grandchild that has ended and was waited for.
      if (!isErrno(error, "ESRCH")) throw error;
    }
  }

  /** Leaves the pidfd, and the waiting, to somebody else. */
  release(): Fd {
    return this.#pidfd;
  }
}
