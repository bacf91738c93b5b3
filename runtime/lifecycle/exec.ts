/** One more program in a container that runs. */
import { now_ms } from "../../shim/clock.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { how_default } from "../launch/launch.ts";
import type { Request } from "../options/request.ts";
import { decide } from "../policy/decide.ts";
import { build, type Prepared, probeHost } from "../run/prepare.ts";
import type { RunResult } from "../run/result.ts";
import { findUser } from "../run/user.ts";
import { tellWarnings } from "../run/warning.ts";
import { holdSignals } from "../signals/hold.ts";
import type { Spec } from "../spec/types.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import type { StateRecord } from "../state/record.ts";
import { openProcess } from "../state/remove.ts";
import { readSpec } from "../state/spec.ts";
import { notFound, wrongState } from "./error.ts";
import { type EnteredCgroup, enteredCgroups } from "./exec-cgroup.ts";
import { launchIn } from "./exec-launch.ts";
import type { ExecOptions } from "./exec-options.ts";
import { execSpec } from "./exec-spec.ts";
import { statusOf } from "./status.ts";

/**
 * Runs a program in the namespaces, the cgroup and with the limits of a container, and resolves with how it ended.
 *
 * Rejects with ERR_NOT_FOUND, with ERR_STATE_WRONG in a container that is paused or has stopped, and with what a launch
 * is refused for.
 */
export async function exec(
  id: string,
  options: ExecOptions,
  internals: { forwardSignals?: boolean; leaves?: boolean } = {},
): Promise<RunResult> {
  const start_ms = now_ms();
  const record = running(id, options.ignorePaused ?? false);
  const hold = internals.forwardSignals ? holdSignals() : undefined;
  try {
    // Held while its namespaces are opened by path: its pid is its own until this is closed and it has been waited for.
    using container = record.process && openProcess(record.process);
    if (!container) throw wrongState(id, "cannot exec in a container that has stopped");
    const cgroups = enteredCgroups(record, options.cgroups ?? []);
    const prepared = prepare(record, cgroups, options, probeHost());
    const result = await launchIn(
      { prepared, record, cgroups, container, leaves: internals.leaves ?? false },
      options,
      hold,
    );
    return { ...result, duration_ms: now_ms() - start_ms };
  } finally {
    hold?.release();
  }
}

function running(id: string, ignorePaused: boolean): StateRecord {
  const record = ContainerState.peek(id);
  const directory = directoryOf(id);
  if (!record || directory === null) throw notFound(id);
  const status = statusOf(directory, record);
  if (status === "stopped" || status === "creating")
    throw wrongState(id, `cannot exec in a container that is ${status}`);
  if (status === "paused" && !ignorePaused)
    throw wrongState(id, "cannot exec in a paused container", `wrun resume ${id} lets it go on`);
  return record;
}

function prepare(
  record: StateRecord,
  cgroups: readonly EnteredCgroup[],
  options: ExecOptions,
  facts: Facts,
): Prepared {
  const pid = record.process?.pid ?? 0;
  const directory = directoryOf(record.id) ?? "";
  const own = readSpec(directory);
  const request: Request = {
    id: record.id,
    spec: execSpec(own, record, pid, options, options.process),
    // Names of users are looked up in what the container sees, and not in what it was made from.
    rootfs: { kind: "directory", path: `/proc/${pid}/root` },
    bundle: record.bundle,
    user: options.user,
    idSize: 0,
    keep: undefined,
    defaultSeccomp: record.bundle === "" && own.linux?.seccomp === undefined,
    how: {
      ...how_default,
      isExec: true,
      preserved: options.fds?.length ?? 0,
      outlives: options.detach ?? false,
      attached: record.bus === "user",
    },
    pidFile: options.pidFile,
    fds: options.fds ?? [],
    notify: false,
    interactive: options.interactive ?? false,
    stdin: options.stdin ?? "ignore",
    stdout: options.stdout ?? "pipe",
    stderr: options.stderr ?? "pipe",
    signal: options.signal,
    killAfter_ms: 5000,
    maxBuffer_bytes: 16 << 20,
    reject: true,
  };
  const spec = withGroups(findUser(request), options.additionalGids);
  const decisions = {
    ...decide({ spec, facts, id: record.id, defaultSeccomp: request.defaultSeccomp }),
    cgroups: joinedCgroups(cgroups, facts),
  };
  tellWarnings(decisions);
  const { id, rootfs, how } = request;
  const program = build({
    id,
    spec,
    rootfs,
    decisions,
    facts,
    cgroups: cgroups.length,
    idMaps: 0,
    copies: new Map(),
    how,
  });
  return { request, spec, facts, decisions, program };
}

/** Besides those that /etc/group of the container gives to a user who was named. */
function withGroups(spec: Spec, more: readonly number[] = []): Spec {
  const { user = { uid: 0, gid: 0 } } = spec.process ?? {};
  if (!spec.process || more.length === 0) return spec;
  const additionalGids = [...new Set([...(user.additionalGids ?? []), ...more])];
  return { ...spec, process: { ...spec.process, user: { ...user, additionalGids } } };
}

/** Those that there are: nothing is made, and nothing written but a pid. */
function joinedCgroups(
  cgroups: readonly EnteredCgroup[],
  facts: Facts,
): Prepared["decisions"]["cgroups"] {
  const { hierarchies } = facts.cgroup;
  const places = cgroups.map(({ mount, path }) => ({
    hierarchy: hierarchies.findIndex((each) => each.mount === mount),
    path,
    base: path,
    enable: [],
    inheritCpuset: false,
    inheritRealtime: false,
  }));
  const why = { rule: "those of the container", pointer: "" };
  return { places, writes: [], why, warnings: [] };
}
