// linux.resources.pids: Documentation/admin-guide/cgroup-v1/pids.rst; the file is the same on v2.

import { ProblemCode } from "../../generated/as/types";
import { Draft } from "./draft";

/** PID_MAX_LIMIT on 64 bits; pids_max_write is EINVAL above. */
const PIDS_MOST: i64 = 4194304;

export function planPids(limit: i64, draft: Draft): void {
  const pointer = "/pids/limit";
  if (limit < -1) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `a limit of \`${limit}\` processes`,
      "-1 means no limit",
    );
    return;
  }
  if (limit > PIDS_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      pointer,
      `a limit of \`${limit}\` processes: the kernel takes ${PIDS_MOST}`,
      "-1 means no limit",
    );
    return;
  }
  const at = draft.controller("pids", "/linux/resources" + pointer, limit < 0);
  if (at < 0) return;
  if (limit < 0)
    draft.writeDefault(at, "pids.max", "max", "no limit of processes is asked for", pointer);
  else if (limit > 0)
    draft.write(
      at,
      "pids.max",
      limit.toString(),
      `at most ${limit} processes and threads`,
      pointer,
    );
  // The runtime-spec wants 0 to be a limit and not the absence of one. With pids.max 0 not even the container's first
  // process can be cloned into the cgroup, and 1 allows that one and no other.
  else
    draft.write(
      at,
      "pids.max",
      "1",
      "a limit of 0 allows the container's first process and no other",
      pointer,
    );
}
