/** How a container ended, where somebody was there to see it: the siginfo_t of waitid(2), by init or by wrun. */
import { constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fd } from "../../shim/fd.ts";
import type { ExitStatus } from "../../shim/pidfd.ts";

const file = "exit";
/** si_code and si_status, in words of 32 bits; CLD_EXITED, CLD_KILLED, CLD_DUMPED. */
const [code_at, status_at, words] = [2, 6, 32];
const code = { exited: 1, killed: 2, dumped: 3 } as const;

/** The file, empty, for a process that stays with the container. */
export function openExit(directory: string): Fd {
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  const path = join(directory, file);
  return new Fd(openSync(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600), path);
}

export function writeExit(directory: string, status: ExitStatus): void {
  const info = new Int32Array(words);
  const how = status.killed === undefined ? "exited" : status.core ? "dumped" : "killed";
  info[code_at] = code[how];
  info[status_at] = status.killed ?? status.exited ?? 0;
  writeFileSync(join(directory, file), info, { mode: 0o600 });
}

/** Undefined where nobody has seen it, or it has not ended yet. */
export function readExit(directory: string): ExitStatus | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(directory, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (bytes.length < 4 * words) return undefined;
  const [how, status] = [bytes.readInt32LE(4 * code_at), bytes.readInt32LE(4 * status_at)];
  return how === code.exited ? { exited: status } : { killed: status, core: how === code.dumped };
}
