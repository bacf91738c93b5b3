/** Attributes of a process, as config.json has them. */

/** config.md#linux-process; sched_setattr(2). */
export interface Scheduler {
  policy: SchedulerPolicy;
  nice?: number;
  priority?: number;
  flags?: SchedulerFlag[];
  /** Nanoseconds, of SCHED_DEADLINE. */
  runtime?: number;
  deadline?: number;
  period?: number;
}

/** In the order of their numbers; 4 is SCHED_ISO, which no kernel has. */
export const schedulerPolicies = [
  ...(["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH"] as const),
  ...(["SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"] as const),
] as const;
export type SchedulerPolicy = (typeof schedulerPolicies)[number];

/** In the order of their bits. */
export const schedulerFlags = [
  ...(["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN"] as const),
  ...(["SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS"] as const),
  ...(["SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX"] as const),
] as const;
export type SchedulerFlag = (typeof schedulerFlags)[number];

/** In the order of their numbers, from 1 on. */
export const ioClasses = ["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"] as const;
export type IoClass = (typeof ioClasses)[number];

/** In the order of their numbers; set_mempolicy(2). */
export const memoryModes = [
  ...(["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL"] as const),
  ...(["MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"] as const),
] as const;

/** From bit 13 on. */
export const memoryFlags = [
  "MPOL_F_NUMA_BALANCING",
  "MPOL_F_RELATIVE_NODES",
  "MPOL_F_STATIC_NODES",
] as const;

export interface MemoryPolicy {
  mode: (typeof memoryModes)[number];
  /** Such as `0-3,7`. */
  nodes?: string;
  flags?: (typeof memoryFlags)[number][];
}
