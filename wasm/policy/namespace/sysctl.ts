// Which namespace a sysctl belongs to. A sysctl that belongs to none would change the host (CVE-2022-0811 is what comes of it).

import { NamespacesKind as Kind } from "../../generated/as/types";

/** No namespace has it, so no container may set it. */
export const GLOBAL: i32 = -1;
/** Not the name of a file below /proc/sys. */
export const MALFORMED: i32 = -2;

const DOT: i32 = 0x2e;
const SLASH: i32 = 0x2f;

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
 * A sysctl's name read as its path below /proc/sys, without making a copy of it.
 *
 * As sysctl(8) does it: of "." and "/" the one that comes first separates, and the other stands for itself, so that
 * `net.ipv4.conf.eth0/100.forwarding` and `net/ipv4/conf/eth0.100/forwarding` are the same file.
 */
class Path {
  private separator: i32 = SLASH;

  constructor(private name: string) {
    for (let i: i32 = name.length - 1; i >= 0; i--) {
      const unit: i32 = name.charCodeAt(i);
      if (unit == DOT || unit == SLASH) this.separator = unit;
    }
  }

  private unit(i: i32): i32 {
    const unit: i32 = this.name.charCodeAt(i);
    if (unit == this.separator) return SLASH;
    return unit == SLASH ? DOT : unit;
  }

  /** Two parts at least, none of them empty, "." or "..", which would leave the directory that decides the namespace. */
  isFile(): bool {
    let parts: i32 = 0;
    let length: i32 = 0;
    let dots: i32 = 0;
    for (let i: i32 = 0; i <= this.name.length; i++) {
      const unit: i32 = i < this.name.length ? this.unit(i) : SLASH;
      if (unit < 0x21 || unit > 0x7e) return false;
      if (unit != SLASH) {
        length++;
        dots += <i32>(unit == DOT);
        continue;
      }
      if (length == 0 || (dots == length && length <= 2)) return false;
      parts++;
      length = 0;
      dots = 0;
    }
    return parts >= 2;
  }

  text(): string {
    if (this.separator == SLASH) return this.name;
    return this.name.replaceAll("/", "\0").replaceAll(".", "/").replaceAll("\0", ".");
  }

  private has(text: string, at: i32): bool {
    if (this.name.length < at + text.length) return false;
    for (let i: i32 = 0; i < text.length; i++)
      if (this.unit(at + i) != text.charCodeAt(i)) return false;
    return true;
  }

  startsWith(text: string): bool {
    return this.has(text, 0);
  }

  is(text: string): bool {
    return this.name.length == text.length && this.has(text, 0);
  }

  isIpc(): bool {
    for (let i: i32 = 0; i < IPC.length; i++)
      if (this.name.length == 7 + IPC[i].length && this.has(IPC[i], 7)) return true;
    return false;
  }
}

export function isFile(name: string): bool {
  return new Path(name).isFile();
}

/** Where it is below /proc/sys. */
export function pathOf(name: string): string {
  return new Path(name).text();
}

/** The kind of namespace that has this sysctl, or GLOBAL, or MALFORMED. */
export function sysctlKind(name: string): i32 {
  const path = new Path(name);
  if (!path.isFile()) return MALFORMED;
  if (path.startsWith("net/")) return Kind.Network;
  if (path.startsWith("fs/mqueue/")) return Kind.Ipc;
  if (path.startsWith("user/")) return Kind.User;
  if (path.is("kernel/hostname") || path.is("kernel/domainname")) return Kind.Uts;
  return path.startsWith("kernel/") && path.isIpc() ? Kind.Ipc : GLOBAL;
}

/** Is the name, however it is written, that of this path below /proc/sys? */
export function isSysctl(name: string, path: string): bool {
  return new Path(name).is(path);
}
