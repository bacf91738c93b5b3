// What linux.resources.memory has of cgroup v1 alone: Documentation/admin-guide/cgroup-v1/memory.rst.

import { CgroupsMemory as Memory, ProblemCode } from "../../generated/as/types";
import { Draft } from "./draft";

const SWAPPINESS_MOST: u64 = 100;

/**
 * The hierarchy of v1 that has `memory`, or -1: after a problem that says why not when v2 has it. With `isDefault` the
 * wish is what there is anyway, and nothing is missing.
 */
function old(pointer: string, isDefault: bool, what: string, hint: string, draft: Draft): i32 {
  const at = draft.controller("memory", "/linux/resources" + pointer, isDefault);
  if (at < 0 || !draft.isUnified(at)) return at;
  if (!isDefault) draft.refuse(ProblemCode.Unsupported, pointer, `cgroup v2 has no ${what}`, hint);
  return -1;
}

function isAmount(value: i64, pointer: string, draft: Draft): bool {
  if (value >= -1) return true;
  draft.refuse(
    ProblemCode.Invalid,
    pointer,
    `\`${value}\` bytes is no amount of memory`,
    "-1 means no limit",
  );
  return false;
}

function planKernel(bytes: i64, draft: Draft): void {
  const pointer = "/memory/kernel";
  const hint = "leave it out: memory.limit counts the kernel's memory too";
  if (!isAmount(bytes, pointer, draft)) return;
  const at = old(pointer, bytes < 0, "limit of kernel memory", hint, draft);
  if (at < 0) return;
  // Linux 5.16 refuses the file (EOPNOTSUPP), 6.7 takes any value and does nothing (mem_cgroup_write).
  if (!draft.host.features.kernelMemory) {
    if (bytes >= 0)
      draft.refuse(
        ProblemCode.Unsupported,
        pointer,
        "kernel memory is not limited by Linux 5.16 and later",
        hint,
      );
    return;
  }
  const rule = `the limit of kernel memory ${bytes}`;
  draft.write(at, "memory.kmem.limit_in_bytes", bytes.toString(), rule, pointer);
}

function planTcp(bytes: i64, draft: Draft): void {
  const pointer = "/memory/kernelTCP";
  const hint = "leave it out: memory.limit counts the buffers of sockets too";
  if (!isAmount(bytes, pointer, draft)) return;
  const at = old(pointer, bytes < 0, "limit of TCP memory", hint, draft);
  if (at < 0) return;
  if (!draft.host.features.kernelTcp) {
    if (bytes >= 0)
      draft.refuse(
        ProblemCode.Unsupported,
        pointer,
        "this kernel has no `memory.kmem.tcp.limit_in_bytes`",
        hint,
      );
    return;
  }
  const rule = `the limit of TCP memory ${bytes}`;
  draft.write(at, "memory.kmem.tcp.limit_in_bytes", bytes.toString(), rule, pointer);
}

function planSwappiness(swappiness: u64, draft: Draft): void {
  const pointer = "/memory/swappiness";
  // The kernel takes 200 since 5.8; config-linux.md#memory says 0 to 100.
  if (swappiness > SWAPPINESS_MOST) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `a swappiness of \`${swappiness}\` is not within 0 and 100`,
    );
    return;
  }
  const hint = "leave it out: vm.swappiness of the host counts for all cgroups";
  const at = old(pointer, false, "swappiness of a cgroup", hint, draft);
  const rule = `the swappiness ${swappiness}`;
  if (at >= 0) draft.write(at, "memory.swappiness", swappiness.toString(), rule, pointer);
}

function planKiller(isDisabled: bool, draft: Draft): void {
  const pointer = "/memory/disableOOMKiller";
  const hint = "leave it out; memory.high in unified slows down instead of killing";
  const at = old(pointer, !isDisabled, "way to switch the OOM killer off", hint, draft);
  if (at < 0) return;
  if (!isDisabled) {
    const rule = "the OOM killer is on";
    draft.writeDefault(at, "memory.oom_control", "0", rule, pointer);
    return;
  }
  const rule = "without the OOM killer: who needs memory waits until there is some";
  draft.write(at, "memory.oom_control", "1", rule, pointer);
}

function planHierarchy(isUsed: bool, draft: Draft): void {
  const pointer = "/memory/useHierarchy";
  if (!isUsed) {
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      "every cgroup is part of its parent since Linux 5.11",
      "leave it out, or give true",
    );
    return;
  }
  const at = draft.controller("memory", "/linux/resources" + pointer, true);
  const rule = "what is used is counted in the parents too";
  if (at >= 0 && !draft.isUnified(at))
    draft.writeDefault(at, "memory.use_hierarchy", "1", rule, pointer);
}

export function planMemoryOld(asked: Memory, draft: Draft): void {
  if (asked.kernel) planKernel(asked.kernel!.value, draft);
  if (asked.kernelTcp) planTcp(asked.kernelTcp!.value, draft);
  if (asked.swappiness) planSwappiness(asked.swappiness!.value, draft);
  if (asked.disableOomKiller) planKiller(asked.disableOomKiller!.value, draft);
  if (asked.useHierarchy) planHierarchy(asked.useHierarchy!.value, draft);
}
