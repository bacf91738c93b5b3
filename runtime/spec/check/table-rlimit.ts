/** RLIMIT_* of asm-generic/resource.h, number by place; the same on x86_64 and arm64. */
export const rlimitNames = [
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

/** Is it the name of a limit, RLIMIT_ and all? */
export function isRlimit(name: string): boolean {
  return (rlimitNames as readonly string[]).includes(name);
}
