/** RLIMIT_* of asm-generic/resource.h, in order of number: the same on x86_64 and arm64. */
export const rlimit_names = [
  "RLIMIT_CPU",
  "RLIMIT_FSIZE",
  "RLIMIT_DATA",
  "RLIMIT_STACK",
  "RLIMIT_CORE",
  "RLIMIT_RSS",
  "RLIMIT_NPROC",
  "RLIMIT_NOFILE",
  "RLIMIT_MEMLOCK",
  "RLIMIT_AS",
  "RLIMIT_LOCKS",
  "RLIMIT_SIGPENDING",
  "RLIMIT_MSGQUEUE",
  "RLIMIT_NICE",
  "RLIMIT_RTPRIO",
  "RLIMIT_RTTIME",
] as const;

export type RlimitName = (typeof rlimit_names)[number];

/** Its number, -1 for a name that is none. */
export function rlimitNumber(name: string): number {
  return (rlimit_names as readonly string[]).indexOf(name);
}
