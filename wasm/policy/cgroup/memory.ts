// linux.resources.memory: Documentation/admin-guide/cgroup-v2.rst "Memory Interface Files", cgroup-v1/memory.rst.

import { CgroupsMemory as Memory, ProblemCode } from "../../generated/as/types";
import { exceeds, UNLIMITED } from "./current";
import { Draft } from "./draft";
import { planMemoryOld } from "./memory-old";

const UNSET: i64 = i64.MIN_VALUE;
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

function limitFile(at: i32, draft: Draft): string {
  return draft.isUnified(at) ? "memory.max" : "memory.limit_in_bytes";
}

function swapFile(at: i32, draft: Draft): string {
  return draft.isUnified(at) ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
}

/** The limit in force, UNSET where it is not known. */
function limitNow(at: i32, draft: Draft): i64 {
  const file = at < 0 ? "" : limitFile(at, draft);
  return at < 0 || !draft.text(at, file).length ? UNSET : draft.limit(at, file);
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
  const value = limit == UNLIMITED && draft.isUnified(at) ? "max" : limit.toString();
  draft.write(at, limitFile(at, draft), value, `the memory limit ${limit}`, pointer);
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
  const file = swapFile(at, draft);
  if (!draft.isUnified(at)) {
    draft.write(at, file, swap.toString(), `memory and swap together ${swap}`, pointer);
    return;
  }
  if (swap == UNLIMITED) {
    draft.writeDefault(at, file, "max", "no limit of swap is asked for", pointer);
    return;
  }
  draft.write(
    at,
    file,
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
  const rule = `the reservation ${reservation}`;
  if (!draft.isUnified(at)) {
    draft.write(at, "memory.soft_limit_in_bytes", reservation.toString(), rule, pointer);
    return;
  }
  // -1 is v1's "no soft limit", which a new cgroup has. Its counterpart here is the default 0: `max` would protect all
  // that the container ever uses from being reclaimed, at the cost of everybody else.
  draft.write(at, "memory.low", isNone ? "0" : reservation.toString(), rule, pointer);
}

/** checkBeforeUpdate of config-linux.md#memory: "runtime MUST reject the new limit" when it is below what is in use. */
function checkUse(at: i32, limit: i64, swap: i64, draft: Draft): void {
  const unified = draft.isUnified(at);
  const memory = draft.number(at, unified ? "memory.current" : "memory.usage_in_bytes", 0);
  if (limit >= 0 && limit < memory)
    draft.refuse(
      ProblemCode.Conflict,
      "/memory/limit",
      `a memory limit of \`${limit}\` bytes is less than the \`${memory}\` in use`,
      "give more, or leave memory.checkBeforeUpdate out",
    );
  if (swap < 0 || (unified && limit < 0)) return;
  const file = unified ? "memory.swap.current" : "memory.memsw.usage_in_bytes";
  const used = draft.number(at, file, 0);
  if ((unified ? swap - limit : swap) < used)
    draft.refuse(
      ProblemCode.Conflict,
      "/memory/swap",
      `\`${swap}\` bytes of memory plus swap leave less than the \`${used}\` in use`,
      "give more, or leave memory.checkBeforeUpdate out",
    );
}

/**
 * v1 keeps memory+swap at or above memory at any moment (mem_cgroup_resize_max). Without a wish for swap a limit
 * above it takes it along when it is to have no end, as with runc, and is refused otherwise.
 */
function planAlone(at: i32, limit: i64, draft: Draft): void {
  const isOld = at >= 0 && !draft.isUnified(at) && draft.host.swap;
  const swap = isOld ? draft.limit(at, swapFile(at, draft)) : UNLIMITED;
  if (exceeds(limit, swap)) {
    if (limit != UNLIMITED) {
      draft.refuse(
        ProblemCode.Conflict,
        "/memory/limit",
        `a memory limit of \`${limit}\` bytes is more than the \`${swap}\` of memory plus swap in force`,
        "give memory.swap too",
      );
      return;
    }
    const rule = "memory and swap together are never limited below memory alone";
    draft.write(at, swapFile(at, draft), "-1", rule, "/memory/limit");
  }
  planLimit(limit, draft);
}

/** Does what is allowed of swap grow? Then that goes first, so that memory has where to go when its limit shrinks. */
function swapGrows(at: i32, swap: i64, limit: i64, draft: Draft): bool {
  if (at < 0) return false;
  const now = draft.limit(at, swapFile(at, draft));
  if (!draft.isUnified(at)) return exceeds(swap, now);
  return exceeds(swap == UNLIMITED ? swap : swap - limit, now);
}

function planBoth(limit: i64, swap: i64, at: i32, draft: Draft): void {
  // v1 takes no memory+swap below the memory limit: the larger of the two moves first, or the smaller last. In a new
  // cgroup both are without end, and memory comes first.
  const base = limit == UNSET ? limitNow(at, draft) : limit;
  if (base != UNSET && swapGrows(at, swap, base, draft)) {
    planSwap(swap, base, draft);
    if (limit != UNSET) planLimit(limit, draft);
    return;
  }
  if (limit != UNSET) planLimit(limit, draft);
  planSwap(swap, base, draft);
}

export function planMemory(asked: Memory, draft: Draft): void {
  const at = draft.find("memory");
  const limit = asked.limit ? amount(asked.limit!.value, "/memory/limit", draft) : UNSET;
  const swap = asked.swap ? amount(asked.swap!.value, "/memory/swap", draft) : UNSET;
  const reservation = asked.reservation
    ? amount(asked.reservation!.value, "/memory/reservation", draft)
    : UNSET;
  if (asked.checkBeforeUpdate && asked.checkBeforeUpdate!.value && at >= 0)
    checkUse(at, limit == UNSET ? limitNow(at, draft) : limit, swap, draft);
  if (swap != UNSET) planBoth(limit, swap, at, draft);
  else if (limit != UNSET) planAlone(at, limit, draft);
  if (reservation != UNSET) planReservation(reservation, limit, draft);
  planMemoryOld(asked, draft);
}
