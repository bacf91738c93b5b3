/** Starts native/init.c with a program; what it reports comes back over one socket. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Channel } from "./channel.ts";
import type { Fd } from "./fd.ts";
import { duplicate } from "./files.ts";
import { hostArch } from "./libc.ts";
import { sealedFile } from "./memfd.ts";
import { packageRoot } from "./package-root.ts";
import { report_fd_usual } from "./program/encode.ts";
import { socketpair } from "./socket.ts";
import { spawn } from "./spawn.ts";

let binary: Fd | undefined;

/**
 * init as a sealed file in memory, once for this process: a container that gets at /proc/PID/exe of a starting init
 * finds nothing it can write to (CVE-2019-5736).
 */
function initFile(): Fd {
  binary ??= sealedFile("wrun-init", readFileSync(initPath()), { exec: true });
  return binary;
}

/** The file of this architecture, also for `wrun doctor`. */
export function initPath(): string {
  return join(packageRoot(), "shim", "native", `init-${hostArch()}`);
}

/** A started init; disposed of when the user's program runs, or never will. */
export interface Init extends Disposable {
  pid: number;
  /**
   * /proc/PID/comm of it and of what it clones, until execve: the last part of the path that it was started by, the
   * number of a descriptor, which no other init of this process has until this one is disposed of.
   */
  comm: string;
  /** Reports from init, 16 bytes each, and single bytes that let it go on. */
  channel: Channel;
}

/**
 * `fds`: descriptors of this process and their numbers in init, but for 3 and `report_fd`, which the program names too.
 * Throws SyscallError.
 */
export function startInit(
  program: Uint8Array,
  fds: readonly (readonly [number, number])[],
  report_fd = report_fd_usual,
): Init {
  using file = sealedFile("wrun-program", program);
  const [ours, theirs] = socketpair();
  const image = duplicate(initFile().number);
  const channel = new Channel(ours);
  const close = (): void => {
    channel[Symbol.dispose]();
    image[Symbol.dispose]();
  };
  try {
    const pid = spawn({
      path: `/proc/self/fd/${image.number}`,
      argv: ["wrun-init"],
      envp: [],
      fds: [[file.number, 3], [theirs.number, report_fd], ...fds],
    });
    return { pid, comm: `${image.number}`, channel, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  } finally {
    theirs.close();
  }
}
