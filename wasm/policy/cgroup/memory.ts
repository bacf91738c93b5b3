// linux.resources.memory: Documentation/admin-guide/cgroup-v2.rst "Memory Interface Files", cgroup-v1/memory.rst.

import { CgroupsMemory as Memory, ProblemCode } from "../../generated/as/types";
import { Draft } from "./draft";

const UNSET: i64 = i64.MIN_VALUE;
const UNLIMITED: i64 = -1;
/** The kernel counts whole pages, and rounds down (page_counter_memparse). */
const PAGE_BYTES: i64 = 4096;
/** Below this, execve of a static program is killed before its first instruction (measured for crun: 512 KiB). */
const TIGHT_BYTES: i64 = 524288;

/** A value that may be -1 for no limit; UNSET when absent, and when refused. */
function amount(value: i64, pointer: string, draft: Draft): i64 {
  if (value >= UNLIMITED) return value;
  draft.refuse(
    ProblemCode.Invalid,
    pointer,
    `\`${value}\` bytes is no amount of memory`,
    "-1 means no limit",
  );
  return UNSET;
}

function planLimit(limit: i64, draft: Draft): void {
  const pointer = "/memory/limit";
  if (limit >= 0 && limit < PAGE_BYTES) {
    // 0 is not "unset": runc reads it so, crun sets a limit of 0, and the reader of config.json cannot tell which.
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `a memory limit of \`${limit}\` bytes is less than one page`,
      "leave it out or give -1 for no limit",
    );
    return;
  }
  if (limit != UNLIMITED && limit < TIGHT_BYTES)
    draft.warn(
      ProblemCode.Invalid,
      pointer,
      `a memory limit of \`${limit}\` bytes may end the container before it starts`,
    );
  const at = draft.controller("memory", "/linux/resources" + pointer, limit == UNLIMITED);
  if (at < 0) return;
  if (draft.isUnified(at))
    draft.write(
      at,
      "memory.max",
      limit == UNLIMITED ? "max" : limit.toString(),
      `the memory limit ${limit}`,
      pointer,
    );
  else
    draft.write(
      at,
      "memory.limit_in_bytes",
      limit.toString(),
      `the memory limit ${limit}`,
      pointer,
    );
}

function checkSwap(swap: i64, limit: i64, draft: Draft): bool {
  const pointer = "/memory/swap";
  if (swap == UNLIMITED) return true;
  if (limit == UNSET || limit == UNLIMITED) {
    draft.refuse(
      limit == UNSET ? ProblemCode.Invalid : ProblemCode.Conflict,
      pointer,
      `\`${swap}\` bytes of memory plus swap without a limit of memory`,
      "swap counts memory and swap together: give memory.limit too, or -1 here",
    );
    return false;
  }
  if (swap >= limit) return true;
  draft.refuse(
    ProblemCode.Conflict,
    pointer,
    `\`${swap}\` bytes of memory plus swap are less than the \`${limit}\` of memory`,
    "swap counts memory and swap together: give the value of memory.limit for no swap, -1 for any amount",
  );
  return false;
}

function planSwap(swap: i64, limit: i64, draft: Draft): void {
  const pointer = "/memory/swap";
  if (!checkSwap(swap, limit, draft)) return;
  const at = draft.controller("memory", "/linux/resources" + pointer, swap == UNLIMITED);
  if (at < 0) return;
  if (!draft.host.swap) {
    // Nothing counts swap, so nothing limits it either: -1 is true already, and any other value is not to be had.
    if (swap != UNLIMITED)
      draft.refuse(
        ProblemCode.Unsupported,
        pointer,
        `swap cannot be limited to \`${swap}\` bytes: this kernel does not count it`,
        "boot with swapaccount=1 and a kernel with swap, or leave memory.swap out",
      );
    return;
  }
  if (!draft.isUnified(at)) {
    draft.write(
      at,
      "memory.memsw.limit_in_bytes",
      swap.toString(),
      `memory and swap together ${swap}`,
      pointer,
    );
    return;
  }
  if (swap == UNLIMITED) {
    draft.writeDefault(at, "memory.swap.max", "max", "no limit of swap is asked for", pointer);
    return;
  }
  draft.write(
    at,
    "memory.swap.max",
    (swap - limit).toString(),
    `memory and swap together ${swap}, less the memory limit ${limit}`,
    pointer,
  );
}

function planReservation(reservation: i64, limit: i64, draft: Draft): void {
  const pointer = "/memory/reservation";
  const isNone = reservation == UNLIMITED || reservation == 0;
  const at = draft.controller("memory", "/linux/resources" + pointer, isNone);
  if (at < 0) return;
  if (limit > 0 && reservation > limit)
    draft.warn(
      ProblemCode.Conflict,
      pointer,
      `a reservation of \`${reservation}\` bytes is more than the limit \`${limit}\``,
    );
  if (!draft.isUnified(at)) {
    draft.write(
      at,
      "memory.soft_limit_in_bytes",
      reservation.toString(),
      `the reservation ${reservation}`,
      pointer,
    );
    return;
  }
  // -1 is v1's "no soft limit", which a new cgroup has. Its counterpart here is the default 0: `max` would protect all
  // that the container ever uses from being reclaimed, at the cost of everybody else.
  draft.write(
    at,
    "memory.low",
    isNone ? "0" : reservation.toString(),
    `the reservation ${reservation}`,
    pointer,
  );
}

export function planMemory(asked: Memory, draft: Draft): void {
  const limit = asked.limit;
  const swap = asked.swap;
  const reservation = asked.reservation;
  const limitBytes = limit ? amount(limit.value, "/memory/limit", draft) : UNSET;
  if (limitBytes != UNSET) planLimit(limitBytes, draft);
  // After the limit: v1 takes no memory+swap below the memory limit, and a new cgroup's is the largest there is.
  const swapBytes = swap ? amount(swap.value, "/memory/swap", draft) : UNSET;
  if (swapBytes != UNSET) planSwap(swapBytes, limitBytes, draft);
  const reservationBytes = reservation
    ? amount(reservation.value, "/memory/reservation", draft)
    : UNSET;
  if (reservationBytes != UNSET) planReservation(reservationBytes, limitBytes, draft);
}
