import { constants } from "node:os";
import { killCgroup, signalCgroup } from "../../shim/cgroup-processes.ts";
import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import { pidfdSendSignal } from "../../shim/pidfd.ts";
import { signalNumber } from "../signals/name.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { openProcess, thaw } from "../state/remove.ts";
import { notFound, notRunning } from "./error.ts";
import { statusOf } from "./status.ts";

const { SIGKILL } = constants.signals;

/**
 * Sends a signal to a container's first process, with `all` to every process of it. It need not be locked: the process
 * is known by its start, and its number may have passed on.
 *
 * SIGKILL ends the whole container, also where its pid namespace is another's and would live on. Rejects with
 * ERR_NOT_FOUND, ERR_STATE_WRONG when it is not running, ERR_USAGE for a signal that is none.
 */
export async function kill(
  id: string,
  signal: string | number = "SIGTERM",
  { all = false } = {},
): Promise<void> {
  const number = signalNumber(signal);
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (record === null || directory === null) throw notFound(id);
  const whole = all || (number === SIGKILL && !endsWithItsFirst(record));
  const status = statusOf(directory, record);
  const lives = status !== "stopped" && status !== "creating";
  if (!lives && !whole) throw notRunning(id, status);
  if (whole) await signalAll(record, number);
  else signalFirst(record, number);
  if (number === SIGKILL) thaw(record);
}

/** A pid namespace ends with its first process, which that of the container is only in one of its own. */
function endsWithItsFirst({ namespaces }: StateRecord): boolean {
  return namespaces.some(({ type, action }) => type === "pid" && action === "create");
}

function signalFirst({ id, process }: StateRecord, signal: number): void {
  using pidfd = process && openProcess(process);
  if (!pidfd) throw notRunning(id, "stopped");
  try {
    pidfdSendSignal(pidfd, signal);
  } catch (error) {
    if (isErrno(error, "ESRCH")) throw notRunning(id, "stopped");
    throw error;
  }
}

/** In one hierarchy: all of a container are in each of them. */
async function signalAll({ cgroups }: StateRecord, signal: number): Promise<void> {
  const [cgroup] = cgroups;
  if (!cgroup) return;
  try {
    using hierarchy = openHierarchy(cgroup.mount);
    using directory = openCgroup(hierarchy, cgroup.path);
    if (signal === SIGKILL) await killCgroup(directory);
    else signalCgroup(directory, signal);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENODEV")) throw error;
  }
}
