/** The container's standard streams when they are not wrun's own: pipes with an end in this process. */
import { openSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { Fd } from "../../shim/fd.ts";
import { pipe2 } from "../../shim/socket.ts";
import type { Stream } from "../options/types.ts";

/** What init gets as 0, 1 and 2, and what is read from here. */
export class Streams {
  /** Numbers for init, in order. */
  readonly numbers: [number, number, number];
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly #theirs: Fd[] = [];

  constructor(kinds: { stdin: Stream; stdout: Stream; stderr: Stream }) {
    const out = this.#output(kinds.stdout, 1);
    const err = this.#output(kinds.stderr, 2);
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

  #output(kind: Stream, number: 1 | 2): { number: number; stream?: Readable } {
    if (kind === "inherit") return { number };
    if (kind === "ignore") return { number: this.#null() };
    const [ours, theirs] = pipe2();
    this.#theirs.push(theirs);
    const stream = new Socket({ fd: ours.release(), readable: true, writable: false });
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
