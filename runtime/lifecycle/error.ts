/**
 * What callers are told of a container in the wrong state. containerd and podman look for a few of runc's words in it:
 * `does not exist`, `already exists`, `container not running`.
 */
import { WrunError } from "../error.ts";
import type { Status } from "./status.ts";

export function notFound(id: string): WrunError {
  return new WrunError({
    code: "ERR_NOT_FOUND",
    message: `container \`${id}\` does not exist`,
    hint: "containers of other users are kept apart, and so are those of another --root",
  });
}

export function wrongState(id: string, what: string, hint?: string): WrunError {
  return new WrunError({
    code: "ERR_STATE_WRONG",
    message: `${what}: \`${id}\``,
    ...(hint !== undefined && { hint }),
  });
}

export function notRunning(id: string, status: Status): WrunError {
  return wrongState(id, `container not running, but ${status}`);
}
