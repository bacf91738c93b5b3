/** How a container is, by what was written down and by what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../../shim/error.ts";
import { tryLock } from "../../shim/lock.ts";
import { connectUnix } from "../../shim/unix-socket.ts";
import { bootId, isAlive, type StateRecord } from "../state/record.ts";
import { start_socket } from "../state/tail.ts";

/** runtime.md#state, and `paused` as every runtime has it. */
export type Status = "creating" | "created" | "running" | "paused" | "stopped";

/** `held`: has this process the container's lock? */
export function statusOf(directory: string, record: StateRecord, held = false): Status {
  if (record.bootId !== bootId()) return "stopped";
  if (record.status === "creating") {
    // Whoever made it is gone, and nothing of the user's has run: what is left of it is going, too.
    return !held && isHeld(directory) ? "creating" : "stopped";
  }
  if (record.process === null || !isAlive(record.process)) return "stopped";
  if (isFrozen(record)) return "paused";
  if (record.status !== "starting") return record.status;
  if (!held && isHeld(directory)) return "created";
  return waits(directory) ? "created" : "running";
}

function isHeld(directory: string): boolean {
  const lock = tryLock(directory);
  lock?.close();
  return lock === null;
}

/** A file of the kernel's, which is gone with the cgroup. */
export function isFrozen({ freezer }: StateRecord): boolean {
  if (freezer === "") return false;
  try {
    return /^(FROZEN|frozen 1)$/m.test(readFileSync(freezer, "latin1"));
  } catch (error) {
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** Does init still listen? Who connects and says nothing has started nothing. */
function waits(directory: string): boolean {
  try {
    connectUnix(join(directory, start_socket)).close();
    return true;
  } catch (error) {
    if (isErrno(error, "ECONNREFUSED", "ENOENT")) return false;
    throw error;
  }
}
