import { state_version } from "../hook/state.ts";
import { outcome } from "../signals/outcome.ts";
import { ContainerState, directoryOf } from "../state/container.ts";
import { readExit } from "../state/exit.ts";
import type { StateRecord } from "../state/record.ts";
import { notFound } from "./error.ts";
import { type Status, statusOf } from "./status.ts";

/** The state of a container as the runtime-spec has it (runtime.md#state), and what runc adds. */
export interface State {
  ociVersion: string;
  id: string;
  status: Status;
  /** Of the container's first process, as this process sees it; 0 when it has ended. */
  pid: number;
  /** Absolute; "" for a container without a bundle. */
  bundle: string;
  /** Absolute; "" for the host's root under a throw-away layer. */
  rootfs: string;
  /** ISO 8601. */
  created: string;
  annotations?: Record<string, string>;
  /** 128 + n when signal n ended it; only of a container that has ended, and where wrun could see it. */
  exitCode?: number;
}

/** How a container is at this moment. Throws ERR_NOT_FOUND for an id that is none. */
export function state(id: string): State {
  const directory = directoryOf(id);
  const record = ContainerState.peek(id);
  if (directory === null || record === null) throw notFound(id);
  const status = statusOf(directory, record);
  const exit = status === "stopped" ? readExit(directory) : undefined;
  return { ...stateOf(record, status), ...(exit && { exitCode: outcome(exit).exitCode }) };
}

function stateOf(record: StateRecord, status: Status): State {
  const { id, bundle, rootfs, created, annotations } = record;
  const pid = status === "stopped" ? 0 : (record.process?.pid ?? 0);
  const some = Object.keys(annotations).length > 0;
  return {
    ociVersion: state_version,
    id,
    status,
    pid,
    bundle,
    rootfs,
    created,
    ...(some && { annotations }),
  };
}
