/** The container's standard streams when they are not wrun's own: pipes with an end in this process. */
import { openSync } from "node:fs";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { Fd } from "../../shim/fd.ts";
import { pipe2 } from "../../shim/socket.ts";
import type { Stream } from "../options/types.ts";

interface Kinds {
  stdin: Stream;
  stdout: Stream;
  stderr: Stream;
}

/** What init gets as 0, 1 and 2, and what is read from here. */
export class Streams {
  /** Numbers for init, in order. */
  readonly numbers: [number, number, number];
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly #theirs: Fd[] = [];

  /** node:net is loaded for pipes only: it takes 10 ms, and the command line has none. */
  static async open(kinds: Kinds): Promise<Streams> {
    const hasPipe = kinds.stdout === "pipe" || kinds.stderr === "pipe";
    return new Streams(kinds, hasPipe ? (await import("node:net")).Socket : undefined);
  }

  private constructor(kinds: Kinds, socket: typeof Socket | undefined) {
    const out = this.#output(kinds.stdout, 1, socket);
    const err = this.#output(kinds.stderr, 2, socket);
    this.numbers = [kinds.stdin === "inherit" ? 0 : this.#null(), out.number, err.number];
    this.stdout = out.stream;
    this.stderr = err.stream;
  }

  /** Closes the container's ends: it has its own by now, and only then does a reader see the end. */
  handOver(): void {
    for (const fd of this.#theirs.splice(0)) fd.close();
  }

  close(): void {
    this.handOver();
    this.stdout?.destroy();
    this.stderr?.destroy();
  }

  #output(
    kind: Stream,
    number: 1 | 2,
    socket: typeof Socket | undefined,
  ): { number: number; stream?: Readable } {
    if (kind === "inherit") return { number };
    if (kind === "ignore" || !socket) return { number: this.#null() };
    const [ours, theirs] = pipe2();
    this.#theirs.push(theirs);
    const stream = new socket({ fd: ours.release(), readable: true, writable: false });
    return { number: theirs.number, stream };
  }

  #null(): number {
    const fd = new Fd(openSync("/dev/null", "r+"), "/dev/null");
    this.#theirs.push(fd);
    return fd.number;
  }
}

export interface Collected {
  text: string;
  /** The stream had more than was allowed; what is beyond was thrown away. */
  cut: boolean;
}

/** Reads to the end and keeps the first bytes: an endless writer must not fill this process (CVE-2022-1708). */
export async function collect(
  stream: Readable | undefined,
  bytes_max: number,
  full: () => void,
): Promise<Collected | undefined> {
  if (!stream) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  let cut = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const room = bytes_max - length;
    chunks.push(chunk.subarray(0, room));
    length += Math.min(room, chunk.length);
    if (chunk.length > room && !cut) {
      cut = true;
      full();
    }
  }
  return { text: Buffer.concat(chunks).toString(), cut };
}
