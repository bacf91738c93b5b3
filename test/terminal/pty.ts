import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { Fd } from "../../shim/fd.ts";
import { cwd, open_flags, openat2 } from "../../shim/files.ts";
import { call } from "../../shim/libc.ts";

const noctty = 0o400;
const request = { unlock: 0x40045431, number: 0x80045430 } as const;

export interface Pty {
  master: Fd;
  slave: Fd;
}

/** A pseudo-terminal pair, with the master as the container's init opens it. */
export function openPty(): Pty {
  const master = openat2(cwd, "/dev/ptmx", open_flags.readWrite | noctty);
  const number = new Int32Array(1);
  call("ioctl", [master.number, request.unlock, new Int32Array(1)]);
  call("ioctl", [master.number, request.number, number]);
  const slave = openat2(cwd, `/dev/pts/${number[0]}`, open_flags.readWrite | noctty);
  return { master, slave };
}

/** Runs a shell script with the slave as its controlling terminal; the slave is then closed on this side. */
export function runOn(slave: Fd, script: string): ChildProcess {
  const { number } = slave;
  const child = spawn("setsid", ["--ctty", "sh", "-c", script], {
    stdio: [number, number, number],
  });
  slave.close();
  return child;
}

/** The variable that says that a process is not to run the tests of its file, but to be their subject. */
export const role = "WRUN_TEST_ROLE";

/** Runs this very file again on a terminal, its stderr on a pipe. */
export function runSelf(slave: Fd, env: Record<string, string>): ChildProcess {
  const { number } = slave;
  return spawn(process.execPath, [process.argv[1] ?? ""], {
    stdio: [number, number, "pipe"],
    env: { ...process.env, ...env },
  });
}

export interface Collected {
  stream: PassThrough;
  text(): string;
  /** Ends the stream and waits until all of it has been taken. */
  ended(): Promise<void>;
}

/** A stdout that keeps all it gets; with `delay_ms` it takes its time over each chunk. */
export function collector(delay_ms = 0): Collected {
  const chunks: Buffer[] = [];
  const stream = new PassThrough({ highWaterMark: 1 << 14 });
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    if (delay_ms === 0) return;
    stream.pause();
    setTimeout(() => stream.resume(), delay_ms);
  };
  stream.on("data", take);
  const ended = async () => {
    stream.end();
    if (!stream.readableEnded) await once(stream, "end");
  };
  return { stream, text: () => Buffer.concat(chunks).toString(), ended };
}

/** Waits until it is so, by looking every few milliseconds. */
export async function until(what: string, isSo: () => boolean, limit_ms = 10_000): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    if (performance.now() - start > limit_ms) throw new Error(`never so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
