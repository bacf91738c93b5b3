/**
 * sd_notify(3) of a container. Its program reports to a socket of its own; systemd, which looks at the cgroup of whoever
 * writes to it, hears it from wrun, with the pid that the container has outside.
 */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { read, write } from "../../shim/files.ts";
import { readable } from "../../shim/poll.ts";
import { bindUnix, connectUnix } from "../../shim/unix-socket.ts";
import { WrunError } from "../error.ts";
import { notify_directory } from "../state/notify.ts";
import { warn } from "../warning.ts";

const message_bytes_max = 4096;

export class Notify implements Disposable {
  readonly #socket: Fd;

  /** Before the program runs, in a directory that the container has mounted. */
  constructor(directory: string) {
    const path = join(directory, notify_directory, "notify.sock");
    this.#socket = bindUnix(path, "datagram");
    // Of whatever user the program is.
    chmodSync(path, 0o777);
  }

  /** Waits until the program says READY=1, and passes that on to `manager`; or until it has ended. */
  async pass(manager: string, pid: number, process: Fd): Promise<void> {
    if (await this.#saysReady(process)) tell(manager, `MAINPID=${pid}\nREADY=1\n`);
  }

  async #saysReady(process: Fd): Promise<boolean> {
    const over = new AbortController();
    const stop = (): void => over.abort();
    readable(process, over.signal).then(stop, () => {});
    try {
      for (;;) {
        await readable(this.#socket, over.signal);
        const bytes = new Uint8Array(message_bytes_max);
        const text = Buffer.from(bytes.subarray(0, read(this.#socket, bytes))).toString("latin1");
        if (text.split("\n").includes("READY=1")) return true;
      }
    } catch (error) {
      if (over.signal.aborted) return false;
      throw error;
    } finally {
      stop();
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

/** A service manager that cannot be reached is no reason to end the container. */
function tell(path: string, message: string): void {
  try {
    using manager = connectUnix(path, "datagram");
    write(manager, Buffer.from(message));
  } catch (error) {
    if (!isErrno(error)) throw error;
    const { errno } = error;
    const message = `cannot tell \`${path}\` that the container is ready: ${errno}`;
    warn(new WrunError({ code: "ERR_LAUNCH", message, errno, path, cause: error }));
  }
}
