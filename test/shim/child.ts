import type { Fd } from "../../shim/fd.ts";
import { readAll } from "../../shim/files.ts";
import { type ExitStatus, pidfdOpen } from "../../shim/pidfd.ts";
import { pipe2 } from "../../shim/socket.ts";
import { type Spawn, spawn } from "../../shim/spawn.ts";
import { exited } from "../../shim/wait.ts";

export const envp = ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"];

/** Starts a shell script without input or output. */
export function shell(script: string, fds: Spawn["fds"] = []): Fd {
  return pidfdOpen(spawn({ path: "/bin/sh", argv: ["sh", "-c", script], envp, fds }));
}

/** The output of a program, and how it ended. */
export async function output(
  program: Omit<Spawn, "envp"> & { envp?: readonly string[] },
): Promise<{ text: string; status: ExitStatus }> {
  const [reading, writing] = pipe2();
  using from = reading;
  const pid = spawn({ envp, ...program, fds: [...program.fds, [writing.number, 1]] });
  writing.close();
  using pidfd = pidfdOpen(pid);
  const text = Buffer.from(readAll(from)).toString();
  return { text, status: await exited(pidfd) };
}
