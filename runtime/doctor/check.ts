import type { Facts } from "../../shim/facts/types.ts";

/**
 * What the doctor looks at: the facts, and a few things that only the doctor asks for. Plain data, so that any host can be
 * written down.
 */
export interface Host {
  facts: Facts;
  /**
   * The answers of this kernel to harmless calls with wrong arguments: `yes` stands for every errno that the call itself
   * gives.
   */
  syscalls: Record<Probed, "yes" | "ENOSYS" | "EPERM">;
  /** /proc/filesystems: what is built in or loaded. */
  filesystems: string[];
  /** Where init for this architecture is expected, and whether it is there. */
  init: { path: string; present: boolean };
  /** Are standard input and error a terminal, and is there a /dev/ptmx to make one with. */
  terminal: { here: boolean; ptmx: boolean };
  /** Does systemd run this host (sd_booted(3)). */
  systemd: boolean;
}

export type Probed =
  | "mount_setattr"
  | "openat2"
  | "clone3"
  | "pidfd_open"
  | "close_range"
  | "open_tree";

export type Topic =
  | "kernel"
  | "users"
  | "cgroups"
  | "filesystems"
  | "security"
  | "terminal"
  | "wrun";

export interface Check {
  topic: Topic;
  /** What is asked for, a noun. Stable, for programs that read the JSON. */
  name: string;
  answer: "yes" | "no" | "unknown";
  /** Does every container need it. */
  needed: boolean;
  /** One sentence of what was found. */
  why: string;
  /** What to do, one or more lines; "" when there is nothing to do. */
  remedy: string;
}

/** A check whose remedy is only told when it is not a yes. */
export function check(
  topic: Topic,
  name: string,
  answer: boolean | "unknown",
  why: string,
  more: { needed?: boolean; remedy?: string } = {},
): Check {
  const { needed = false, remedy = "" } = more;
  const word = answer === "unknown" ? answer : answer ? "yes" : "no";
  return { topic, name, answer: word, needed, why, remedy: word === "yes" ? "" : remedy };
}

/** May wrun do everything here: root's rights in the initial user namespace. */
export function isPrivileged({ user, userNamespaces }: Facts): boolean {
  return userNamespaces.initial && (user.effective & (1n << cap_sys_admin)) !== 0n;
}

/** Has it the rights to make namespaces without making a user namespace first. */
export function isAdmin({ user }: Facts): boolean {
  return (user.effective & (1n << cap_sys_admin)) !== 0n;
}

/** linux/capability.h. */
const cap_sys_admin = 21n;
