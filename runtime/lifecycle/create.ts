import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { connectUnix } from "../../shim/unix-socket.ts";
import { reapLater } from "../../shim/wait.ts";
import { WrunError } from "../error.ts";
import type { RunOptions } from "../options/types.ts";
import { Container, type Rewrite, type Running } from "../run/container.ts";
import { probeHost, readRequest } from "../run/prepare.ts";
import { Streams } from "../run/stream.ts";
import { holdSignals } from "../signals/hold.ts";
import { reapOrphans } from "../state/remove.ts";

/** What belongs to a container that somebody waits for is not there. */
export interface CreateOptions
  extends Omit<
    RunOptions,
    | ("stdin" | "stdout" | "stderr" | "interactive" | "signal")
    | ("killAfter_ms" | "maxBuffer_bytes" | "reject")
  > {
  /** Default `inherit`: there is nobody to read from a pipe. */
  stdin?: "inherit" | "ignore";
  stdout?: "inherit" | "ignore";
  stderr?: "inherit" | "ignore";
  /** Path of a unix socket that is sent the master of the container's terminal. Has to be there with `tty`. */
  consoleSocket?: string;
  /** Path of a unix socket that is sent a pidfd of the container's first process. */
  pidfdSocket?: string;
}

/** Only for wrun's own command and tests. */
export interface CreateInternals {
  /** A signal during the creation ends it in order. */
  holdSignals?: boolean;
  /** This process ends now: its caller, or a subreaper, becomes the container's parent and takes its status. */
  leaves?: boolean;
  /** A process stays with the container to take its exit status (launch/keeper.ts). */
  keeper?: boolean;
  rewrite?: Rewrite;
}

/**
 * Makes a container that is complete but for its program, which `start` lets run. It stays when this process ends, until
 * `remove`. Rejects with WrunError, and then nothing is left.
 */
export async function create(
  { consoleSocket, pidfdSocket, ...options }: CreateOptions = {},
  internals: CreateInternals = {},
): Promise<{ id: string; pid: number }> {
  const hold = internals.holdSignals ? holdSignals() : undefined;
  const abort = hold?.signal ?? new AbortController().signal;
  try {
    const facts = probeHost();
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit", ...options } as const;
    const request = readRequest(streams, facts, {
      waitsFor: "start",
      keeper: internals.keeper ?? false,
    });
    await reapOrphans();
    const container = Container.claim(request, facts, internals.rewrite);
    try {
      const { pid, pidfd } = await launch(container, { consoleSocket, pidfdSocket }, abort);
      if (internals.leaves) pidfd.close();
      else reapLater(pidfd);
      container.release();
      return { id: request.id, pid };
    } catch (error) {
      await container.remove();
      throw abort.aborted ? abort.reason : error;
    }
  } finally {
    hold?.release();
  }
}

async function launch(
  container: Container,
  paths: Pick<CreateOptions, "consoleSocket" | "pidfdSocket">,
  abort: AbortSignal,
): Promise<Running> {
  const { spec, request } = container.prepared;
  const terminal = spec.process?.terminal ?? false;
  checkConsole(terminal, paths.consoleSocket);
  const none = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const streams = await Streams.open(terminal ? none : request);
  const sockets: { console?: Fd; pidfds?: Fd } = {};
  try {
    if (paths.consoleSocket) sockets.console = connect(paths.consoleSocket, "the console socket");
    if (paths.pidfdSocket) sockets.pidfds = connect(paths.pidfdSocket, "the pidfd socket");
    return await container.create(streams, sockets, abort);
  } finally {
    sockets.console?.[Symbol.dispose]();
    sockets.pidfds?.[Symbol.dispose]();
    streams.close();
  }
}

/** Throws ERR_TERMINAL for a terminal without a socket for it, and for a socket without a terminal. */
export function checkConsole(terminal: boolean, socket: string | undefined): void {
  if (terminal === (socket !== undefined)) return;
  throw new WrunError({
    code: "ERR_TERMINAL",
    message: terminal
      ? "the container has a terminal, and nobody is there to take its other end"
      : "there is a console socket, and the container has no terminal",
    hint: terminal
      ? "give `--console-socket`, or set `process.terminal` to false"
      : "leave `--console-socket` out, or set `process.terminal`",
    pointer: "/process/terminal",
  });
}

/** Connects to a socket of the caller's; `what` is its name in the error, ERR_TERMINAL. */
export function connect(path: string, what: string): Fd {
  try {
    return connectUnix(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new WrunError({
      code: "ERR_TERMINAL",
      message: `cannot connect to ${what} \`${path}\`: ${error.errno}`,
      errno: error.errno,
      syscall: error.syscall,
      path,
      cause: error,
    });
  }
}
