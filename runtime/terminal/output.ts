import type { OnReadOpts, SocketConstructorOpts } from "node:net";
import type { Writable } from "node:stream";
import { ReadStream } from "node:tty";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { duplicate, read } from "../../shim/files.ts";

/** Why there is no more output: the container's side is closed by all, or wrun's own reader has gone away. */
export type End = "end" | "hangup";

export interface Output {
  /** Settles when the last byte is with `stdout`. */
  done: Promise<End>;
  /** Milliseconds since something came, 0 while `stdout` is what is waited for. */
  silence_ms(): number;
  /** No more is read. */
  stop(): void;
}

/** A read of a terminal brings 16 KiB at most on Linux 6. */
const chunk_bytes = 1 << 16;

/**
 * Copies all that a container writes to its terminal, from the master side (non-blocking) to `stdout`.
 *
 * Node's tty.ReadStream waits for the terminal, but loses the end of it: on POLLHUP libuv reports the end after one
 * more read, whatever is left (systemd issue 7531 has the same in C). So it works on a duplicate, and when it is
 * through, the rest is read directly until the kernel says EIO, which it does when nothing is left.
 */
export function pump(master: Fd, stdout: Writable): Output {
  const state: State = { stopped: false, stream: undefined };
  const sink = new Sink(stdout, () => state.stream?.destroy());
  return {
    done: pumpAll(master, sink, state).finally(() => sink.release()),
    silence_ms: () => sink.silence_ms(),
    stop() {
      state.stopped = true;
      sink.hangUp();
    },
  };
}

interface State {
  stopped: boolean;
  stream: ReadStream | undefined;
}

async function pumpAll(master: Fd, sink: Sink, state: State): Promise<End> {
  for (;;) {
    await follow(duplicate(master.number), sink, state);
    const rest = await drain(master, sink, state);
    // EAGAIN: somebody has opened the terminal again after the last had closed it.
    if (rest === "end") await sink.flush();
    if (rest !== "again") return rest;
  }
}

/** Copies what comes until libuv calls it the end. */
function follow(copy: Fd, sink: Sink, state: State): Promise<void> {
  const bytes = Buffer.allocUnsafe(chunk_bytes);
  return new Promise((resolve) => {
    const onread: OnReadOpts = {
      buffer: bytes,
      // Answering false stops the reading before the next read(2), so that nothing is left in a buffer of Node's,
      // which destroys it when EIO comes.
      callback(length) {
        if (sink.put(Buffer.from(bytes.subarray(0, length)))) return true;
        void sink.ready().then(() => stream.resume());
        return false;
      },
    };
    const options: SocketConstructorOpts & { onread: OnReadOpts } = { onread };
    const stream = new ReadStream(copy.release(), options);
    state.stream = stream;
    stream.on("error", () => {});
    stream.on("end", () => stream.destroy());
    stream.on("close", resolve);
    stream.resume();
  });
}

async function drain(master: Fd, sink: Sink, state: State): Promise<End | "again"> {
  const bytes = Buffer.allocUnsafe(chunk_bytes);
  for (;;) {
    await sink.ready();
    if (state.stopped || master.closed) return "end";
    if (!sink.open) return "hangup";
    const length = readSome(master, bytes);
    if (typeof length === "string") return length;
    sink.put(Buffer.from(bytes.subarray(0, length)));
  }
}

function readSome(master: Fd, bytes: Buffer): number | "end" | "again" {
  try {
    return read(master, bytes) || "end";
  } catch (error) {
    if (isErrno(error, "EAGAIN")) return "again";
    if (isErrno(error, "EIO")) return "end";
    throw error;
  }
}

/** `stdout` with its backpressure and its failures as promises. */
class Sink {
  readonly #stdout: Writable;
  readonly #onHangUp: () => void;
  #open: boolean;
  #full = false;
  #last_ms = performance.now();
  #wake: (() => void) | undefined;

  constructor(stdout: Writable, onHangUp: () => void) {
    this.#stdout = stdout;
    this.#onHangUp = onHangUp;
    this.#open = !stdout.destroyed && stdout.writable;
    stdout.on("drain", this.#onDrain);
    stdout.on("error", this.hangUp);
    stdout.on("close", this.hangUp);
  }

  /** Is there anybody who reads. */
  get open(): boolean {
    return this.#open;
  }

  /** Takes a chunk; false when the next one should wait for ready(). */
  put(chunk: Buffer): boolean {
    this.#last_ms = performance.now();
    if (this.#open) this.#full = !this.#stdout.write(chunk);
    return this.#open && !this.#full;
  }

  ready(): Promise<void> {
    if (!this.#open || !this.#full) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Waits until stdout itself holds nothing back any more: an exit of the process would drop that. */
  async flush(): Promise<void> {
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stdout.write("", () => resolve());
    });
  }

  silence_ms(): number {
    return this.#full ? 0 : performance.now() - this.#last_ms;
  }

  readonly hangUp = (): void => {
    if (!this.#open) return;
    this.#open = false;
    this.#onDrain();
    this.#onHangUp();
  };

  readonly #onDrain = (): void => {
    this.#full = false;
    this.#last_ms = performance.now();
    this.#wake?.();
    this.#wake = undefined;
  };

  release(): void {
    this.#stdout.off("drain", this.#onDrain);
    this.#stdout.off("error", this.hangUp);
    this.#stdout.off("close", this.hangUp);
  }
}
