/** What hooks in the container's namespaces read and write: files in memory that wrun and init share. */
import { readFileSync, writeSync } from "node:fs";
import type { Fd } from "../../shim/fd.ts";
import { memfdCreate } from "../../shim/memfd.ts";
import type { Descriptors } from "../launch/launch.ts";
import type { StateRecord } from "../state/record.ts";
import { hookState } from "./state.ts";

export class InnerHooks {
  readonly #creating = memfdCreate("wrun-hook-state");
  readonly #created = memfdCreate("wrun-hook-state");
  readonly output = memfdCreate("wrun-hook-output");

  /** Descriptors for init. */
  at(places: Descriptors): [number, number][] {
    return [
      [this.#creating.number, places.hookCreating],
      [this.#created.number, places.hookCreated],
      [this.output.number, places.hookOutput],
    ];
  }

  /** Their pid is the one that the container sees (runtime.md#state). */
  tell(record: StateRecord, pid: number): void {
    const inside = pidInside(pid);
    write(this.#creating, hookState(record, "creating", inside));
    write(this.#created, hookState(record, "created", inside));
  }

  close(): void {
    for (const fd of [this.#creating, this.#created, this.output]) fd[Symbol.dispose]();
  }
}

/** At the beginning, where the offset stays. */
function write(file: Fd, text: string): void {
  writeSync(file.number, text, 0);
}

/** NSpid has the pid in every namespace from this one inward (proc_pid_status(5)). */
function pidInside(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? pid);
}
