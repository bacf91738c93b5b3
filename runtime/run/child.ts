/** A child process of wrun, waited for exactly once, however many ask. */
import type { Fd } from "../../shim/fd.ts";
import { type ExitStatus, pidfdOpen, pidfdSendSignal } from "../../shim/pidfd.ts";
import { exited } from "../../shim/wait.ts";

const sigkill = 9;

/** Owns a pidfd from the start, closed when the process has ended and its status is taken. */
export class Child {
  readonly pid: number;
  readonly #pidfd: Fd;
  #status: Promise<ExitStatus> | undefined;

  constructor(pid: number) {
    this.pid = pid;
    this.#pidfd = pidfdOpen(pid);
  }

  exited(): Promise<ExitStatus> {
    this.#status ??= exited(this.#pidfd).finally(() => this.#pidfd.close());
    return this.#status;
  }

  /** Kills it, unless it has ended, and waits. */
  async end(): Promise<void> {
    if (!this.#pidfd.closed) pidfdSendSignal(this.#pidfd, sigkill);
    await this.exited();
  }

  /** Leaves the pidfd, and the waiting, to somebody else. */
  release(): Fd {
    return this.#pidfd;
  }
}
