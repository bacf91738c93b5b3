import { call } from "./libc.ts";

/** include/uapi/asm-generic/resource.h, in order of number: the same on x86_64 and arm64. */
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

/** -1 stands for RLIM_INFINITY. */
export interface Limit {
  soft: number;
  hard: number;
}

/** A limit of a process, 0 for this one, as prlimit(2) gives it. Node has raised its own soft RLIMIT_NOFILE to the hard one. */
export function rlimit(name: RlimitName, pid = 0): Limit {
  const words = new BigInt64Array(2);
  call("prlimit64", [pid, rlimit_names.indexOf(name), null, words], name);
  return { soft: Number(words[0]), hard: Number(words[1]) };
}

/** Sets a limit of a process; throws SyscallError EPERM for a hard limit raised without CAP_SYS_RESOURCE. */
export function setRlimit(name: RlimitName, { soft, hard }: Limit, pid = 0): void {
  const words = new BigInt64Array([BigInt(soft), BigInt(hard)]);
  call("prlimit64", [pid, rlimit_names.indexOf(name), words, null], name);
}
