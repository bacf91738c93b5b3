import { call } from "./libc.ts";
import { type RlimitName, rlimitNumber } from "./table-rlimit.ts";

/** -1 stands for RLIM_INFINITY. */
export interface Limit {
  soft: number;
  hard: number;
}

/** A limit of a process, 0 for this one, as prlimit(2) gives it. Node has raised its own soft RLIMIT_NOFILE to the hard one. */
export function rlimit(name: RlimitName, pid = 0): Limit {
  const words = new BigInt64Array(2);
  call("prlimit64", [pid, rlimitNumber(name), null, words], name);
  return { soft: Number(words[0]), hard: Number(words[1]) };
}

/** Sets a limit of a process; throws SyscallError EPERM for a hard limit raised without CAP_SYS_RESOURCE. */
export function setRlimit(name: RlimitName, { soft, hard }: Limit, pid = 0): void {
  const words = new BigInt64Array([BigInt(soft), BigInt(hard)]);
  call("prlimit64", [pid, rlimitNumber(name), words, null], name);
}
