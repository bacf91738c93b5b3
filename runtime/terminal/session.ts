import type { Readable, Writable } from "node:stream";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { setNonblock } from "../../shim/files.ts";
import { mode } from "../../shim/tty.ts";
import { WrunError } from "../error.ts";
import { feed } from "./input.ts";
import type { Typed } from "./key.ts";
import { type End, pump } from "./output.ts";
import { makeRaw } from "./raw.ts";
import { type ConsoleSize, followSize, hostTerminal, type Side } from "./size.ts";

export interface Streams {
  /** Left out without `-i`: then nothing is read, and the host terminal keeps its mode and its Ctrl-C. */
  stdin?: Readable & Side;
  stdout: Writable & Side;
  /** Told of keys that send a signal, see Forwarding.typed. */
  typed?: Typed;
  /** process.consoleSize; the host terminal's size when left out. */
  size?: ConsoleSize;
}

/** A container's terminal connected to wrun's own streams. */
export interface Session {
  /** Settles with the last output: `end`, or `hangup` when stdout was closed before. */
  done: Promise<End>;
  /** Waits for the rest of the output after the container has ended, then closes. */
  finish(): Promise<End>;
  /** Gives the host terminal back, and hangs up on the container (SIGHUP to its foreground). May be called again. */
  close(): void;
  /** The host terminal in its own mode while wrun is stopped, see runtime/signals. */
  suspend(): void;
  resume(): void;
}

/**
 * How long a terminal that is still open must be silent after the container's end to count as finished: with a
 * shared pid namespace, a background process may hold it for ever. Otherwise the kernel says the end itself.
 */
const silence_ms = 300;

/**
 * Connects a container's terminal, by its master side, with stdin and stdout until it ends or is closed.
 *
 * Takes over `master`. When stdin is a terminal it is raw until then. Throws WrunError ERR_TERMINAL.
 */
export function attach(master: Fd, { stdin, stdout, typed, size }: Streams): Session {
  const closers: (() => void)[] = [];
  const close = () => {
    for (const undo of closers.splice(0).reverse()) undo();
  };
  closers.push(() => master[Symbol.dispose]());
  try {
    // The ioctl that asks is what fails otherwise, and with its errno.
    mode(master.number);
    setNonblock(master, true);
    closers.push(followSize(master, hostTerminal(stdout, stdin), size));
    const terminal = hostTerminal(stdin);
    const raw = terminal === undefined ? undefined : makeRaw(terminal);
    if (raw) closers.push(raw.restore);
    const output = pump(master, stdout);
    closers.push(output.stop);
    if (stdin) closers.push(feed(stdin, master, typed).stop);
    const done = output.done.finally(close).catch((error: unknown) => {
      throw terminalError(error);
    });
    // Whoever never looks at it, as after a failed launch, is not told by a crash.
    done.catch(() => {});
    return {
      done,
      finish: () => finish(done, output.silence_ms, close),
      close,
      suspend: () => raw?.suspend(),
      resume: () => raw?.resume(),
    };
  } catch (error) {
    close();
    throw terminalError(error);
  }
}

async function finish(done: Promise<End>, silent: () => number, close: () => void): Promise<End> {
  const start = performance.now();
  const timer = setInterval(() => {
    if (Math.min(silent(), performance.now() - start) >= silence_ms) close();
  }, silence_ms / 10);
  try {
    return await done;
  } finally {
    clearInterval(timer);
  }
}

function terminalError(error: unknown): unknown {
  if (!isErrno(error)) return error;
  return new WrunError({
    code: "ERR_TERMINAL",
    message: `cannot set up the terminal: ${error.errno}`,
    errno: error.errno,
    syscall: error.syscall,
    cause: error,
  });
}
