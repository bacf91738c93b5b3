import { oomKills, openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { now_ms } from "../../shim/clock.ts";
import { isErrno } from "../../shim/error.ts";
import { policy } from "../policy/policy.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import { isAlive, type StateRecord } from "../state/record.ts";
import { eventData } from "../stats/event.ts";
import { statsFiles } from "../stats/stats.ts";
import { notFound, notRunning } from "./error.ts";
import { statusOf } from "./status.ts";

export interface ContainerEvent {
  type: "stats" | "oom";
  id: string;
  /** Of stats: runc's form (runtime/stats/event.ts). */
  data?: object;
}

/** What a container uses now, as one event. Throws ERR_NOT_FOUND, ERR_STATE_WRONG when it does not run. */
export function statsEvent(id: string): ContainerEvent {
  running(id);
  const files = statsFiles(id);
  return { type: "stats", id, data: eventData(policy().stats.parse(files), files) };
}

/**
 * Statistics every `interval_ms`, and an event each time that the kernel has killed a process of it for lack of memory, until the
 * container has ended. Throws what statsEvent() throws.
 */
export async function* events(id: string, interval_ms: number): AsyncGenerator<ContainerEvent> {
  const record = running(id);
  let kills = killsOf(record);
  for (let due_ms = now_ms() + interval_ms; ; ) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(look_ms, interval_ms)));
    const now = killsOf(record);
    if (now > kills) yield { type: "oom", id };
    kills = Math.max(kills, now);
    if (record.process === null || !isAlive(record.process)) return;
    if (now_ms() < due_ms) continue;
    due_ms = now_ms() + interval_ms;
    try {
      yield statsEvent(id);
    } catch (error) {
      // It ended meanwhile.
      if (!isAlive(record.process)) return;
      throw error;
    }
  }
}

/** v1 tells by eventfd and v2 by inotify; both count, and to look at a number four times a second costs less than two ways. */
const look_ms = 250;

function running(id: string): StateRecord {
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  const status = statusOf(directory, record);
  if (status === "stopped" || status === "creating") throw notRunning(id, status);
  return record;
}

function killsOf({ cgroups }: StateRecord): number {
  return Math.max(
    0,
    ...cgroups.map(({ mount, path }) => {
      try {
        using hierarchy = openHierarchy(mount);
        using cgroup = openCgroup(hierarchy, path);
        return oomKills(cgroup) ?? 0;
      } catch (error) {
        if (isErrno(error, "ENOENT", "ENODEV")) return 0;
        throw error;
      }
    }),
  );
}
