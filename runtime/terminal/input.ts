import type { Readable } from "node:stream";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { write } from "../../shim/files.ts";
import { foregroundGroup, mode } from "../../shim/tty.ts";
import { endOfFile, signalKey, type Typed } from "./key.ts";

/** How long to leave a full terminal alone before the next try, at least and at most. */
const retry_ms = { min: 1, max: 20 };

export interface Input {
  /** No more is read from stdin, and what is on the way is dropped. */
  stop(): void;
}

/**
 * Copies stdin to the container's terminal through the master side (non-blocking).
 *
 * The end of stdin becomes the terminal's end-of-file character, as script(1) does it; docker and podman let the
 * program wait for ever. Node's tty.WriteStream is no help here: libuv spins on EAGAIN for a master.
 */
export function feed(stdin: Readable, master: Fd, typed?: Typed): Input {
  const queue: Uint8Array[] = [];
  let timer: NodeJS.Timeout | undefined;
  let delay_ms = retry_ms.min;
  let last = newline;

  const flush = () => {
    timer = undefined;
    for (let chunk = queue[0]; chunk; chunk = queue[0]) {
      const count = writeSome(master, chunk);
      if (count === "gone") return stop();
      if (count > 0) delay_ms = retry_ms.min;
      if (count === chunk.length) queue.shift();
      else {
        queue[0] = chunk.subarray(count);
        timer = setTimeout(flush, delay_ms);
        delay_ms = Math.min(retry_ms.max, 2 * delay_ms);
        stdin.pause();
        return;
      }
    }
    stdin.resume();
  };
  const put = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    queue.push(bytes);
    last = bytes.at(-1) ?? last;
    if (timer === undefined) flush();
  };
  const onData = (chunk: Buffer | string) => {
    const bytes = Buffer.from(chunk);
    const signal = typed && !master.closed ? signalKey(bytes, mode(master.number)) : undefined;
    // Before the key is written: the program that it ends may be gone with its group an instant later.
    const group = signal === undefined ? 0 : foregroundGroup(master);
    put(bytes);
    if (signal !== undefined) typed?.(signal, group);
  };
  const onEnd = () => put(master.closed ? new Uint8Array() : endOfFile(mode(master.number), last));
  // EIO: wrun itself is in the background of a terminal that has gone.
  const onError = () => {};
  function stop() {
    clearTimeout(timer);
    queue.length = 0;
    stdin.off("data", onData);
    stdin.off("end", onEnd);
    stdin.off("error", onError);
    stdin.pause();
  }
  stdin.on("data", onData);
  stdin.on("end", onEnd);
  stdin.on("error", onError);
  return { stop };
}

function writeSome(master: Fd, chunk: Uint8Array): number | "gone" {
  if (master.closed) return "gone";
  try {
    return write(master, chunk);
  } catch (error) {
    if (isErrno(error, "EAGAIN")) return 0;
    if (isErrno(error, "EIO")) return "gone";
    throw error;
  }
}

const newline = 10;
