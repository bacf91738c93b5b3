// Which namespace a sysctl belongs to. A sysctl that belongs to none would change the host (CVE-2022-0811 is what comes of it).

import { NamespacesKind as Kind } from "../generated/as/types";

/** No namespace has it, so no container may set it. */
export const GLOBAL: i32 = -1;
/** Not the name of a file below /proc/sys. */
export const MALFORMED: i32 = -2;

/** ipc/ipc_sysctl.c; fs.mqueue.* is ipc/mq_sysctl.c. */
const IPC: StaticArray<string> = [
  "msgmax",
  "msgmnb",
  "msgmni",
  "msg_next_id",
  "auto_msgmni",
  "sem",
  "sem_next_id",
  "shmall",
  "shmmax",
  "shmmni",
  "shm_next_id",
  "shm_rmid_forced",
];

/**
 * The path below /proc/sys of a sysctl's name, "" for a name that has none.
 *
 * As sysctl(8) reads it: of "." and "/" the one that comes first separates, and the other stands for itself, so that
 * `net.ipv4.conf.eth0/100.forwarding` and `net/ipv4/conf/eth0.100/forwarding` are the same file.
 */
export function sysctlPath(name: string): string {
  let separator: i32 = 0;
  let path = "";
  let start: i32 = 0;
  for (let i: i32 = 0; i <= name.length; i++) {
    const unit: i32 = i < name.length ? name.charCodeAt(i) : separator;
    if (separator == 0 && (unit == 0x2e || unit == 0x2f)) separator = unit;
    if (unit < 0x21 || unit > 0x7e) return "";
    if (unit != separator) continue;
    const part = name.substring(start, i).replaceAll("/", ".");
    // The empty name, "." and ".." would leave the directory that decides the namespace.
    if (part.length == 0 || part == "." || part == "..") return "";
    path += (start ? "/" : "") + part;
    start = i + 1;
  }
  return path;
}

/** The kind of namespace that has this sysctl, or GLOBAL, or MALFORMED. */
export function sysctlKind(name: string): i32 {
  const path = sysctlPath(name);
  if (!path.includes("/")) return MALFORMED;
  if (path.startsWith("net/")) return Kind.Network;
  if (path.startsWith("fs/mqueue/")) return Kind.Ipc;
  if (path.startsWith("user/")) return Kind.User;
  if (path == "kernel/hostname" || path == "kernel/domainname") return Kind.Uts;
  if (!path.startsWith("kernel/")) return GLOBAL;
  return IPC.includes(path.substring(7)) ? Kind.Ipc : GLOBAL;
}
