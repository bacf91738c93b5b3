/** Where wrun keeps what it knows about containers: one directory each, ours alone. */
import { closeSync, constants, fstatSync, mkdirSync, openSync } from "node:fs";
import { WrunError } from "../error.ts";

/**
 * WRUN_ROOT, else /run/wrun for root and $XDG_RUNTIME_DIR/wrun (or /tmp/wrun-UID) for everybody else; made when missing.
 *
 * Throws WrunError ERR_STATE_WRONG when it cannot be made, or is not ours alone.
 */
export function stateRoot(): string {
  const path = rootPath(process.env);
  for (let tries = tries_max; ; tries--) {
    try {
      mkdirSync(path, { mode: 0o700, recursive: true });
    } catch (error) {
      // ENOENT: removed by another wrun, being empty, while Node made sure that it is a directory.
      const isRace = (error as NodeJS.ErrnoException).code === "ENOENT" && tries > 0;
      if (!isRace) throw refused(path, "cannot be made", error);
    }
    const made = existingRoot();
    if (made !== null) return made;
  }
}

const tries_max = 1000;

/**
 * The same, or null when there is none: nothing is made.
 *
 * One that is a link or belongs to another user is refused: in /tmp anybody may have put it there, with records of
 * processes to be killed (CVE-2019-12439).
 */
export function existingRoot(): string | null {
  const path = rootPath(process.env);
  const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw refused(path, "cannot be opened", error);
  }
  const { uid, mode } = fstatSync(fd);
  closeSync(fd);
  if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) throw refused(path, "is not ours alone");
  return path;
}

/** Where it is, or would be. */
export function rootPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env.WRUN_ROOT) return env.WRUN_ROOT;
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) return "/run/wrun";
  return env.XDG_RUNTIME_DIR ? `${env.XDG_RUNTIME_DIR}/wrun` : `/tmp/wrun-${uid}`;
}

function refused(path: string, why: string, cause?: unknown): WrunError {
  return new WrunError({
    code: "ERR_STATE_WRONG",
    message: `the state directory \`${path}\` ${why}`,
    ...(cause instanceof Error ? { because: cause.message, cause } : {}),
    hint: "set WRUN_ROOT to a directory of your own with mode 0700",
    path,
  });
}
