import type { SyscallName } from "../../shim/program/syscalls.ts";

/** The kernel that each system call came with, of those that an old kernel may lack (man 2, VERSIONS). */
export const since: Readonly<
  Partial<Record<SyscallName, readonly [major: number, minor: number]>>
> = {
  seccomp: [3, 17],
  memfd_create: [3, 17],
  execveat: [3, 19],
  statx: [4, 11],
  pidfd_send_signal: [5, 1],
  open_tree: [5, 2],
  move_mount: [5, 2],
  fsopen: [5, 2],
  fsconfig: [5, 2],
  fsmount: [5, 2],
  fspick: [5, 2],
  pidfd_open: [5, 3],
  clone3: [5, 3],
  openat2: [5, 6],
  pidfd_getfd: [5, 6],
  faccessat2: [5, 8],
  close_range: [5, 9],
  mount_setattr: [5, 12],
};

/** System calls that make or change mounts. */
export const mount_calls: ReadonlySet<string> = new Set([
  "fsconfig",
  "fsmount",
  "fsopen",
  "fspick",
  "mount",
  "mount_setattr",
  "move_mount",
  "open_tree",
  "pivot_root",
  "umount2",
]);

/** System calls that make namespaces. */
export const namespace_calls: ReadonlySet<string> = new Set(["clone3", "unshare"]);
