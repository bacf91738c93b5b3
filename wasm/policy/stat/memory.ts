// The memory controller: cgroup-v2.rst "Memory Interface Files", cgroup-v1/memory.rst.

import {
  StatsLimit as Limit,
  StatsLimitTag as LimitTag,
  StatsMemory,
} from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { Reader, v1, v2 } from "./reader";

/** A line of memory.stat. v1 has each twice: the cgroup alone, and with all below it, which is what v2 counts. */
function stat(reader: Reader, field: string, key: string, old: string): Opt<u64> | null {
  return reader.count(`memory.${field}`, [
    v2("memory.stat", key),
    v1("memory.stat", "total_" + old),
  ]);
}

/** v2 only. */
function modern(reader: Reader, field: string, file: string, key: string): Opt<u64> | null {
  return reader.count(`memory.${field}`, [v2(file, key)]);
}

function workingSet(reader: Reader): Opt<u64> | null {
  const silent = new Reader(reader.files, []);
  const usage = silent.count("", [v2("memory.current"), v1("memory.usage_in_bytes")]);
  const idle = stat(silent, "", "inactive_file", "inactive_file");
  if (usage && idle)
    // The two are not of one moment.
    return new Opt<u64>(usage.value > idle.value ? usage.value - idle.value : 0);
  reader.miss("memory.working-set-bytes", ["it is usage-bytes less inactive-file-bytes"]);
  return null;
}

function swapLimit(reader: Reader): Limit | null {
  const field = "memory.swap-limit-bytes";
  const silent = new Reader(reader.files, []);
  const modern = silent.limit("", [v2("memory.swap.max")]);
  if (modern) return modern;
  const both = silent.limit("", [v1("memory.memsw.limit_in_bytes")]);
  const memory = silent.limit("", [v1("memory.limit_in_bytes")]);
  if (!both || !memory)
    return reader.limit(field, [v2("memory.swap.max"), v1("memory.memsw.limit_in_bytes")]);
  if (both.tag == LimitTag.Unlimited) return Limit.Unlimited();
  // The kernel keeps the limit of memory below that of both; one read before and one after a change may say otherwise.
  return Limit.At(
    memory.tag == LimitTag.Unlimited || memory.at > both.at ? 0 : both.at - memory.at,
  );
}

export function memoryOf(reader: Reader): StatsMemory {
  const kernel = [v2("memory.stat", "kernel"), v1("memory.kmem.usage_in_bytes")];
  const socket = [v2("memory.stat", "sock"), v1("memory.kmem.tcp.usage_in_bytes")];
  const kills = [v2("memory.events", "oom_kill"), v1("memory.oom_control", "oom_kill")];
  return new StatsMemory(
    reader.count("memory.usage-bytes", [v2("memory.current"), v1("memory.usage_in_bytes")]),
    reader.count("memory.peak-bytes", [v2("memory.peak"), v1("memory.max_usage_in_bytes")]),
    reader.limit("memory.limit-bytes", [v2("memory.max"), v1("memory.limit_in_bytes")]),
    workingSet(reader),
    reader.count("memory.swap-bytes", [v2("memory.swap.current"), v1("memory.stat", "total_swap")]),
    swapLimit(reader),
    stat(reader, "anon-bytes", "anon", "rss"),
    stat(reader, "file-bytes", "file", "cache"),
    reader.count("memory.kernel-bytes", kernel),
    modern(reader, "kernel-stack-bytes", "memory.stat", "kernel_stack"),
    modern(reader, "slab-bytes", "memory.stat", "slab"),
    reader.count("memory.socket-bytes", socket),
    stat(reader, "shmem-bytes", "shmem", "shmem"),
    stat(reader, "mapped-file-bytes", "file_mapped", "mapped_file"),
    stat(reader, "dirty-bytes", "file_dirty", "dirty"),
    stat(reader, "writeback-bytes", "file_writeback", "writeback"),
    stat(reader, "anon-huge-bytes", "anon_thp", "rss_huge"),
    stat(reader, "active-anon-bytes", "active_anon", "active_anon"),
    stat(reader, "inactive-anon-bytes", "inactive_anon", "inactive_anon"),
    stat(reader, "active-file-bytes", "active_file", "active_file"),
    stat(reader, "inactive-file-bytes", "inactive_file", "inactive_file"),
    stat(reader, "unevictable-bytes", "unevictable", "unevictable"),
    stat(reader, "page-faults", "pgfault", "pgfault"),
    stat(reader, "major-page-faults", "pgmajfault", "pgmajfault"),
    modern(reader, "low-events", "memory.events", "low"),
    modern(reader, "high-events", "memory.events", "high"),
    reader.count("memory.limit-events", [v2("memory.events", "max"), v1("memory.failcnt")]),
    modern(reader, "oom-events", "memory.events", "oom"),
    reader.count("memory.oom-kills", kills),
    modern(reader, "oom-group-kills", "memory.events", "oom_group_kill"),
  );
}
