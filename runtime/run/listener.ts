/** Tells the listener of system calls about a process: config-linux.md#containerprocessstate. */
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { write } from "../../shim/files.ts";
import { socketpair } from "../../shim/socket.ts";
import { connectUnix } from "../../shim/unix-socket.ts";
import { WrunError } from "../error.ts";
import { state_version, stateOf } from "../hook/state.ts";
import { type Descriptors, hasListener } from "../launch/launch.ts";
import { message_bytes_max } from "../launch/listener.ts";
import type { Spec } from "../spec/types.ts";
import type { StateRecord } from "../state/record.ts";

/** A connection of one message, which init sends with its descriptor when it has one. */
export class Listener implements Disposable {
  readonly #socket: Fd;
  /** seqpacket: init gets the message whole, with one read. */
  readonly #message = socketpair("seqpacket");
  readonly #metadata: string | undefined;

  /** Null where no rule asks. Throws WrunError ERR_SECCOMP when nobody listens. */
  static open({ linux }: Spec): Listener | null {
    const { seccomp } = linux ?? {};
    if (!seccomp || !hasListener({ linux } as Spec)) return null;
    return new Listener(seccomp.listenerPath ?? "", seccomp.listenerMetadata);
  }

  private constructor(path: string, metadata: string | undefined) {
    this.#metadata = metadata;
    try {
      this.#socket = connectUnix(path);
    } catch (error) {
      this[Symbol.dispose]();
      if (!isErrno(error)) throw error;
      throw new WrunError({
        code: "ERR_SECCOMP",
        message: `cannot connect to the listener \`${path}\`: ${error.errno}`,
        hint: "the seccomp agent must listen there before the container is made",
        pointer: "/linux/seccomp/listenerPath",
        errno: error.errno,
        syscall: error.syscall,
        path,
        cause: error,
      });
    }
  }

  /** Descriptors for init. */
  at({ listener, listenerMessage }: Descriptors): [number, number][] {
    return [
      [this.#socket.number, listener],
      [this.#message[1].number, listenerMessage],
    ];
  }

  /** init has its own copies: what is left here is the end that says what the message is. */
  handOver(): void {
    this.#socket.close();
    this.#message[1].close();
  }

  /** `pid` as wrun sees it. Throws RangeError for annotations and metadata beyond 32 KiB. */
  tell(record: StateRecord, status: "creating" | "running", pid: number): void {
    const text = JSON.stringify({
      ociVersion: state_version,
      fds: ["seccompFd"],
      pid,
      ...(this.#metadata !== undefined && { metadata: this.#metadata }),
      state: stateOf(record, status, status === "creating" ? pid : record.process?.pid),
    });
    const bytes = Buffer.from(text);
    if (bytes.length > message_bytes_max)
      throw new RangeError(`the state for the listener has more than ${message_bytes_max} bytes`);
    write(this.#message[0], bytes);
  }

  [Symbol.dispose](): void {
    for (const fd of [this.#socket, ...this.#message]) fd?.[Symbol.dispose]();
  }
}
