/** Starts native/init.c with a program; what it reports comes back over one socket. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Channel } from "./channel.ts";
import type { Fd } from "./fd.ts";
import { hostArch } from "./libc.ts";
import { sealedFile } from "./memfd.ts";
import { packageRoot } from "./package-root.ts";
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

export interface Init {
  pid: number;
  /** Reports from init, 16 bytes each, and single bytes that let it go on. */
  channel: Channel;
}

/** `fds`: descriptors of this process and their numbers in init, 3 and 4 excepted. Throws SyscallError. */
export function startInit(program: Uint8Array, fds: readonly (readonly [number, number])[]): Init {
  using file = sealedFile("wrun-program", program);
  const [ours, theirs] = socketpair();
  try {
    const pid = spawn({
      path: `/proc/self/fd/${initFile().number}`,
      argv: ["wrun-init"],
      envp: [],
      fds: [[file.number, 3], [theirs.number, 4], ...fds],
    });
    return { pid, channel: new Channel(ours) };
  } catch (error) {
    ours.close();
    throw error;
  } finally {
    theirs.close();
  }
}
