/** Runs a program by the real init, on the real kernel, and tells what came of it. */
import { readAll } from "../../shim/files.ts";
import { startInit } from "../../shim/init.ts";
import { hostArch } from "../../shim/libc.ts";
import { type ExitStatus, pidfdOpen } from "../../shim/pidfd.ts";
import { Builder } from "../../shim/program/builder.ts";
import { decodeReport, encode, type Report, report_bytes } from "../../shim/program/encode.ts";
import type { Place, Program, Purpose } from "../../shim/program/program.ts";
import { pipe2 } from "../../shim/socket.ts";
import { exited } from "../../shim/wait.ts";

/** Where a program writes what it wants to be seen: a pipe. */
export const output_fd = 6;

export const purpose: Purpose = { say: "test init", code: "ERR_INTERNAL" };

export interface Outcome {
  status: ExitStatus;
  reports: Report[];
  output: Uint8Array;
}

/** Runs bytes that need not be a program. After a failure the socket is closed, which init waits for. */
export async function runBytes(bytes: Uint8Array): Promise<Outcome & { pid: number }> {
  const [from, to] = pipe2();
  using reading = from;
  using writing = to;
  using init = startInit(bytes, [[writing.number, output_fd]]);
  using pidfd = pidfdOpen(init.pid);
  writing.close();
  const reports: Report[] = [];
  for (;;) {
    const message = await init.channel.read(report_bytes);
    if (message === null) break;
    reports.push(decodeReport(message));
    if (reports.at(-1)?.kind === "failed") break;
  }
  init.channel.close();
  return { status: await exited(pidfd), reports, output: readAll(reading), pid: init.pid };
}

export function runProgram(program: Program): Promise<Outcome & { pid: number }> {
  return runBytes(encode(program, hostArch()));
}

/** A program as a function writes it. */
export function build(write: (builder: Builder) => void): Program {
  const builder = new Builder();
  write(builder);
  return builder.finish();
}

/** Adds the steps that show so many bytes of the data section. */
export function show(builder: Builder, place: Place, bytes: number): void {
  builder.call("write", [output_fd, place, bytes], purpose);
}

/** The 64-bit words that a program showed. */
export function words({ output }: Outcome): bigint[] {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: output.length >> 3 }, (_, i) => view.getBigInt64(8 * i, true));
}

/** What a program that must succeed showed. */
export async function shown(write: (builder: Builder) => void): Promise<bigint[]> {
  const outcome = await runProgram(build(write));
  if (outcome.status.exited !== 0 || outcome.reports.length > 0) {
    throw new Error(`it failed: ${JSON.stringify([outcome.status, outcome.reports])}`);
  }
  return words(outcome);
}
