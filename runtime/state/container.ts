import { existsSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { Fd } from "../../shim/fd.ts";
import { lock, tryLock } from "../../shim/lock.ts";
import { WrunError } from "../error.ts";
import { nameProblem } from "../spec/name.ts";
import { existingRoot, stateRoot } from "./directory.ts";
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
    let lost = false;
    for (;;) {
      const directory = join(stateRoot(), id);
      try {
        mkdirSync(directory, { mode: 0o700 });
      } catch (error) {
        if (isErrnoOf(error, "ENOENT")) continue;
        if (!isErrnoOf(error, "EEXIST")) throw error;
        // Without a record it is the lost one still, which goes at once.
        if (lost && readRecord(directory) === null) continue;
        throw taken(id);
      }
      const lock = tryLock(directory);
      if (lock) return new ContainerState(directory, lock);
      // Another wrun took the new directory for an orphan before it was locked, and removes it now.
      lost = true;
    }
  }

  /** Waits for the lock of a container that commands hold for a moment only; null when there is none. */
  static async hold(id: string): Promise<ContainerState | null> {
    for (let wait_ms = 1; ; wait_ms = Math.min(2 * wait_ms, 20)) {
      const state = ContainerState.adopt(id);
      if (state) return state;
      if (!exists(id)) return null;
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
    }
  }

  /** Takes over a directory whose holder is gone; null while it lives, or when there is none. */
  static adopt(id: string): ContainerState | null {
    const directory = directoryOf(id);
    if (directory === null) return null;
    const lock = tryLock(directory);
    return lock && new ContainerState(directory, lock);
  }

  /** The record of a container that another process may hold; null for an id that is none. */
  static peek(id: string): StateRecord | null {
    const directory = directoryOf(id);
    return directory === null ? null : readRecord(directory);
  }

  read(): StateRecord | null {
    return readRecord(this.directory);
  }

  write(record: StateRecord): void {
    writeRecord(this.directory, record);
  }

  /** Not under the allocation lock, which it waits for. */
  remove(): void {
    this.abandon();
    removeRoot();
  }

  /** Under the allocation lock, which takes an empty state root away itself. */
  abandon(): void {
    removeTree(this.directory);
    this.#lock.close();
  }

  /** Does nothing when it was removed. */
  release(): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Where a container's state is, if it has any; null for what is no id, such as `..`. */
export function directoryOf(id: string): string | null {
  const root = existingRoot();
  return root === null || nameProblem(id) !== undefined ? null : join(root, id);
}

function taken(id: string): WrunError {
  return new WrunError({
    code: "ERR_ID_TAKEN",
    message: `a container with the id \`${id}\` already exists`,
    hint: `choose another --name, or remove that one: wrun delete --force ${id}`,
  });
}

/** The ids of all containers that have state, living or not; makes nothing. */
export function listIds(): string[] {
  const root = existingRoot();
  if (root === null) return [];
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    // The last container has gone meanwhile, and the root with it.
    if (isErrnoOf(error, "ENOENT")) return [];
    throw error;
  }
}

export function exists(id: string): boolean {
  const directory = directoryOf(id);
  return directory !== null && existsSync(directory);
}

/** One process at a time: while ids are handed out, two containers must not be given the same. */
export function withAllocationLock<T>(work: () => T): T {
  for (;;) {
    const root = stateRoot();
    const held = lock(root);
    if (!held) continue;
    try {
      return work();
    } finally {
      // What was refused has made nothing else.
      removeEmpty(root);
      held.close();
    }
  }
}

/**
 * Removes the state root when it is empty, so that the last container leaves nothing at all.
 *
 * Waits for the lock: of two that only tried at once, each could leave it to the other.
 */
function removeRoot(): void {
  const root = existingRoot();
  using held = root === null ? null : lock(root);
  if (root !== null && held !== null) removeEmpty(root);
}

/** As `rm -rf`, which Node has too, and takes 4 ms to load. What is in it is ours, and so are its names. */
function removeTree(directory: string): void {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) removeTree(path);
      else unlinkSync(path);
    }
    rmdirSync(directory);
  } catch (error) {
    if (!isErrnoOf(error, "ENOENT")) throw error;
  }
}

function removeEmpty(root: string): void {
  try {
    rmdirSync(root);
  } catch (error) {
    if (!isErrnoOf(error, "ENOTEMPTY")) throw error;
  }
}

/** Host ids in use, for `prepare`. */
export function takenIds(): Pick<StateRecord, "uids" | "gids"> {
  const all = listIds().flatMap((id) => ContainerState.peek(id) ?? []);
  return { uids: all.flatMap((r) => r.uids), gids: all.flatMap((r) => r.gids) };
}

function isErrnoOf(error: unknown, name: string): boolean {
  return (error as NodeJS.ErrnoException).code === name;
}
