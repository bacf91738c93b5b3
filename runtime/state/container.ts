import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fd } from "../../shim/fd.ts";
import { lockFile, tryLock } from "../../shim/lock.ts";
import { WrunError } from "../error.ts";
import { stateRoot, stateRootPath } from "./directory.ts";
import { readRecord, type StateRecord, writeRecord } from "./record.ts";

/**
 * One container's state directory, held by this process.
 *
 * A lock says that the holder lives: the kernel takes it away when the holder dies, however it dies. A directory that
 * can be locked by another is an orphan.
 */
export class ContainerState {
  readonly directory: string;
  readonly #lock: Fd;

  private constructor(directory: string, lock: Fd) {
    this.directory = directory;
    this.#lock = lock;
  }

  /** Throws WrunError ERR_ID_TAKEN. */
  static create(id: string): ContainerState {
    const directory = join(stateRoot(), id);
    for (;;) {
      try {
        mkdirSync(directory, { mode: 0o700 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        throw taken(id);
      }
      const lock = tryLock(directory);
      if (lock) return new ContainerState(directory, lock);
      // Another wrun took the new directory for an orphan before it was locked, and removes it now.
    }
  }

  /** Takes over a directory whose holder is gone; null while it lives, or when there is none. */
  static adopt(id: string): ContainerState | null {
    const directory = join(stateRoot(), id);
    const lock = tryLock(directory);
    return lock ? new ContainerState(directory, lock) : null;
  }

  /** The record of a container that another process may hold. */
  static peek(id: string): StateRecord | null {
    return readRecord(join(stateRoot(), id));
  }

  read(): StateRecord | null {
    return readRecord(this.directory);
  }

  write(record: StateRecord): void {
    writeRecord(this.directory, record);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
    this.#lock.close();
  }

  release(): void {
    this.#lock.close();
  }
}

function taken(id: string): WrunError {
  return new WrunError({
    code: "ERR_ID_TAKEN",
    message: `the id \`${id}\` is taken by another container`,
    hint: `choose another --name, or remove that one: wrun delete --force ${id}`,
  });
}

/** The ids of all containers that have state, living or not. */
export function listIds(): string[] {
  return directories(stateRoot());
}

function directories(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

export function exists(id: string): boolean {
  return listIds().includes(id);
}

/** One process at a time: while ids are handed out, two containers must not be given the same. */
export function withAllocationLock<T>(work: () => T): T {
  const fd = new Fd(openSync(join(stateRoot(), ".lock"), "a", 0o600), "allocation lock");
  try {
    lockFile(fd);
    return work();
  } finally {
    closeSync(fd.release());
  }
}

/** The records of all containers; makes nothing, not even the directory for them. */
function records(): StateRecord[] {
  const root = stateRootPath();
  if (!existsSync(root)) return [];
  return directories(root).flatMap((id) => readRecord(join(root, id)) ?? []);
}

/** Host ids in use, for `prepare`. */
export function takenIds(): Pick<StateRecord, "uids" | "gids"> {
  const all = records();
  return { uids: all.flatMap((r) => r.uids), gids: all.flatMap((r) => r.gids) };
}
