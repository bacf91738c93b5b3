/** Where wrun keeps what it knows about containers: one directory each, ours alone. */
import { closeSync, constants, fstatSync, mkdirSync, openSync } from "node:fs";
import { WrunError } from "../error.ts";

/**
 * WRUN_ROOT, else /run/wrun for root and $XDG_RUNTIME_DIR/wrun (or /tmp/wrun-UID) for everybody else.
 *
 * Made with mode 0700. One that is a link or belongs to another user is refused: in /tmp anybody may have put it there
 * (CVE-2019-12439). Throws WrunError ERR_STATE_WRONG.
 */
export function stateRoot(env: NodeJS.ProcessEnv = process.env): string {
  const path = chosen(env);
  try {
    mkdirSync(path, { mode: 0o700, recursive: true });
    const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
    const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const { uid, mode } = fstatSync(fd);
    closeSync(fd);
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) throw refused(path, "is not ours alone");
    return path;
  } catch (error) {
    if (error instanceof WrunError) throw error;
    throw refused(path, "cannot be used", error);
  }
}

/** Where it would be; nothing is made. */
export function stateRootPath(env: NodeJS.ProcessEnv = process.env): string {
  return chosen(env);
}

function chosen(env: NodeJS.ProcessEnv): string {
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
