/** Starts `criu swrk` and leads it through a dump or a restore. */
import { accessSync, constants } from "node:fs";
import type { Channel } from "../../shim/channel.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { write } from "../../shim/files.ts";
import { startInit } from "../../shim/init.ts";
import { readable } from "../../shim/poll.ts";
import { decodeReport, report_bytes } from "../../shim/program/encode.ts";
import { type Message, receiveFds, socketpair } from "../../shim/socket.ts";
import type { CriuProgram } from "../launch/criu.ts";
import { stage } from "../launch/stage.ts";
import { Child } from "../run/child.ts";
import { criuPaths, notInstalled } from "./error.ts";
import { goOnBytes, type Response, readResponse } from "./message.ts";
import { kinds } from "./table-field.ts";

/** Throws ERR_CRIU where it is not installed. It gets wrun's own environment: there it looks for its tools. */
export function findCriu(): CriuProgram {
  const path = criuPaths(process.env).find(isExecutable);
  if (path === undefined) throw notInstalled();
  const env = Object.entries(process.env).map(([name, value = ""]) => `${name}=${value}`);
  return { path, env };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A launch program that ends in CRIU. */
export interface Start {
  bytes: Uint8Array;
  report_fd: number | undefined;
  /** Does init's first process stay, as the parent of the container (launch/keeper.ts)? */
  keeper: boolean;
  /** Where init sends the other end of CRIU's socket. */
  console: number;
  fds: readonly (readonly [number, number])[];
}

export interface Listener {
  /** init, and with it CRIU, has its own copies of the descriptors by now; `pid` is that of init's first process. */
  started?(pid: number): void;
  /** Before CRIU goes on from a place with a name. Whoever wants a descriptor that came along keeps it. */
  told(script: string, pid: number, fd: Fd | undefined): Promise<void> | void;
  /** A step before CRIU failed; the process still stands. */
  failed(step: number, errno: number, pid: number): Error;
}

/**
 * Asks CRIU for one thing. Resolves with its answer when it has ended, null when it had none; rejects with what `told`
 * throws, with what `failed` makes of a step, or with the reason of an abort.
 *
 * CRIU is never killed: cut off, it ends by itself, and lets go of the processes that it holds or has begun to make.
 */
export async function askCriu(
  { bytes, report_fd, keeper, console, fds }: Start,
  request: Uint8Array,
  listener: Listener,
  abort: AbortSignal,
): Promise<Response | null> {
  const [mine, there] = socketpair();
  using here = mine;
  using init = startInit(bytes, [...fds, [there.number, console]], report_fd);
  there.close();
  const first = new Child(init.pid);
  listener.started?.(init.pid);
  const begun = watch(init.channel, (step, errno) => listener.failed(step, errno, first.pid));
  const failure = new Promise<never>((_, reject) => begun.catch(reject));
  const answer = exchange(here, request, listener, abort);
  // Each of them may fail after the other, when nobody waits for it any more.
  for (const promise of [failure, answer]) promise.catch(() => {});
  try {
    const response = await Promise.race([answer, failure]);
    await (keeper ? begun : first.exited());
    if (keeper) first.release().close();
    return response;
  } catch (error) {
    here[Symbol.dispose]();
    init.channel[Symbol.dispose]();
    await first.exited();
    throw error;
  }
}

/** Until init is CRIU, or, where its first process stays, until CRIU has ended. */
async function watch(
  channel: Channel,
  failed: (step: number, errno: number) => Error,
): Promise<void> {
  for (;;) {
    const bytes = await channel.read(report_bytes);
    if (bytes === null) return;
    const report = decodeReport(bytes);
    if (report.kind === "failed") throw failed(report.step, report.errno);
    if (report.kind === "ready" && report.stage === stage.reaped) return;
  }
}

/** The first thing that comes from init is CRIU's socket, which is closed at the end in any case. */
async function exchange(
  init: Fd,
  request: Uint8Array,
  listener: Listener,
  abort: AbortSignal,
): Promise<Response | null> {
  await readable(init, abort);
  using socket = receiveFds(init).fds[0];
  if (!socket || !say(socket, request)) return null;
  for (;;) {
    await readable(socket, abort);
    const { bytes, fds } = hear(socket);
    try {
      if (bytes.length === 0) return null;
      const response = readResponse(bytes);
      if (response.kind !== kinds.notify || !response.success) return response;
      await listener.told(response.script, response.pid, fds[0]);
    } finally {
      // Of one that was kept there is a copy.
      for (const fd of fds) fd[Symbol.dispose]();
    }
    if (!say(socket, goOnBytes())) return null;
  }
}

/** False when CRIU has ended. */
function say(socket: Fd, bytes: Uint8Array): boolean {
  try {
    write(socket, bytes);
    return true;
  } catch (error) {
    if (isErrno(error, "EPIPE", "ECONNRESET")) return false;
    throw error;
  }
}

/** Without bytes when CRIU has ended, even with something unread. */
function hear(socket: Fd): Message {
  try {
    return receiveFds(socket, { bytes_max: message_bytes_max });
  } catch (error) {
    if (isErrno(error, "ECONNRESET")) return { bytes: new Uint8Array(), fds: [] };
    throw error;
  }
}

const message_bytes_max = 1 << 16;
