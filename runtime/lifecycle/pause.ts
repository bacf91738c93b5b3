/** The freezer: cgroup-v1/freezer-subsystem.rst, cgroup-v2.rst "cgroup.freeze". */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { now_ms } from "../../shim/clock.ts";
import { WrunError } from "../error.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { notFound, notRunning, wrongState } from "./error.ts";
import { statusOf } from "./status.ts";

/**
 * Stops every process of a container where it is; resolves when all stand still. One that was made and not started can be
 * paused, too. Rejects with ERR_NOT_FOUND, ERR_STATE_WRONG when it is not running or does not come to a stop within ten
 * seconds (and then it goes on), ERR_CGROUP_CONTROLLER without a cgroup to freeze.
 */
export async function pause(id: string): Promise<void> {
  const { record, status } = find(id);
  if (status !== "running" && status !== "created") throw notRunning(id, status);
  const freezer = freezerOf(record);
  try {
    await set(freezer, true);
  } catch (error) {
    letGo(freezer);
    throw error;
  }
}

function letGo(freezer: Freezer): void {
  try {
    freezer.write(false);
  } catch {
    // The cgroup is gone, as the first error says.
  }
}

/** Lets a container that is paused go on. Rejects with ERR_NOT_FOUND, ERR_STATE_WRONG when it is not paused. */
export async function resume(id: string): Promise<void> {
  const { record, status } = find(id);
  if (status !== "paused") throw wrongState(id, `container not paused, but ${status}`);
  await set(freezerOf(record), false);
}

function find(id: string) {
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  return { record, status: statusOf(directory, record) };
}

interface Freezer {
  id: string;
  write(frozen: boolean): void;
  /** What it says of itself. */
  read(): "frozen" | "thawed" | "between";
}

function freezerOf({ id, freezer }: StateRecord): Freezer {
  if (freezer === "") throw noFreezer(id);
  const isV1 = freezer.endsWith("/freezer.state");
  const file = isV1 ? freezer : join(dirname(freezer), "cgroup.freeze");
  const words = isV1 ? (["FROZEN", "THAWED"] as const) : (["1", "0"] as const);
  return {
    id,
    write: (frozen) => writeFileSync(file, words[frozen ? 0 : 1]),
    read: () => {
      const text = readFileSync(freezer, "latin1");
      if (/^(FROZEN|frozen 1)$/m.test(text)) return "frozen";
      return /^(THAWED|frozen 0)$/m.test(text) ? "thawed" : "between";
    },
  };
}

const timeout_ms = 10_000;
const pause_ms = { min: 1, max: 50 } as const;

/**
 * v1 stays FREEZING while a process is in a call that cannot be frozen, or when one was forked at the wrong moment: asking again
 * looks at all of them once more.
 */
async function set({ id, write, read }: Freezer, frozen: boolean): Promise<void> {
  try {
    const end_ms = now_ms() + timeout_ms;
    for (let wait_ms: number = pause_ms.min; ; wait_ms = Math.min(2 * wait_ms, pause_ms.max)) {
      write(frozen);
      if (read() === (frozen ? "frozen" : "thawed")) return;
      if (now_ms() > end_ms) throw stuck(id, frozen);
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
    }
  } catch (error) {
    // ENODEV: the cgroup went away while its file was open.
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw notRunning(id, "stopped");
    throw error;
  }
}

function stuck(id: string, frozen: boolean): WrunError {
  return wrongState(
    id,
    frozen
      ? "a process of the container does not stop, so it was not paused"
      : "the container does not go on: is a cgroup above its own frozen?",
    frozen ? "`wrun ps` shows which one is in a call that cannot be interrupted (D)" : undefined,
  );
}

function noFreezer(id: string): WrunError {
  return new WrunError({
    code: "ERR_CGROUP_CONTROLLER",
    message: `container \`${id}\` has no cgroup that can be frozen`,
    hint: "it takes the controller freezer (v1) or a cgroup of its own (v2); `wrun doctor` says what is missing",
  });
}
