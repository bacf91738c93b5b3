import { openCgroup, openHierarchy } from "../../shim/cgroupfs.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import type { StatsFile, StatsSample } from "../../wasm/generated/host.js";
import { WrunError } from "../error.ts";
import { policy } from "../policy/policy.ts";
import { ContainerState } from "../state/container.ts";
import { bootId, type StateRecord } from "../state/record.ts";
import { readFiles } from "./read.ts";

/**
 * What a running container uses, by the kernel's own counters: the same record on cgroup v1 and v2, with units in the
 * names. What this host does not count is undefined, never 0, and `absent` says why.
 *
 * Throws ERR_NOT_FOUND for an id that is none, ERR_STATE_WRONG when the container has ended.
 */
export function stats(id: string): StatsSample {
  return policy().stats.parse(statsFiles(id));
}

/** The texts that they come from; throws the same. */
export function statsFiles(id: string): StatsFile[] {
  const record = ContainerState.peek(id);
  if (record === null) {
    throw new WrunError({
      code: "ERR_NOT_FOUND",
      message: `there is no container \`${id}\``,
      hint: "containers of other users are kept apart, and so are those of another WRUN_ROOT",
    });
  }
  if (record.bootId !== bootId()) throw ended(id);
  const opened: Fd[] = [];
  try {
    for (const cgroup of record.cgroups) opened.push(open(cgroup));
    return readFiles(opened);
  } catch (error) {
    // ENODEV: the cgroup went away while it was open.
    if (isErrno(error, "ENOENT", "ENODEV")) throw ended(id);
    throw error;
  } finally {
    for (const fd of opened) fd.close();
  }
}

function open({ mount, path }: StateRecord["cgroups"][number]): Fd {
  using hierarchy = openHierarchy(mount);
  return openCgroup(hierarchy, path);
}

function ended(id: string): WrunError {
  return new WrunError({
    code: "ERR_STATE_WRONG",
    message: `the container \`${id}\` has no cgroup any more: it has ended`,
    hint: `wrun delete ${id} removes what is left of it`,
  });
}
