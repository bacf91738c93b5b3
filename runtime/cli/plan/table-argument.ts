/** What the arguments of the system calls of a launch are: the manual pages' prototypes, as data. */
import type { SyscallName } from "../../../shim/program/syscalls.ts";

/**
 * `fd` and `number` are printed as such, `path` is a string in the data section, `strings` an argv, `struct` an
 * address, a StructName a struct whose fields are known; anything else is the prefix of the flags' names in
 * runtime/launch/table-kernel.ts, or several of them with `|` between.
 */
export type ArgumentKind =
  | "fd"
  | "number"
  | "octal"
  | "path"
  | "strings"
  | "struct"
  | StructName
  | FlagPrefix;

export type FlagPrefix = `${string}_`;
export type StructName = "open_how" | "mount_attr" | "clone_args";

/** The first fields of some structs, 64 bits each: linux/openat2.h, linux/mount.h, linux/sched.h. */
export const structs: Record<StructName, readonly [field: string, kind: ArgumentKind][]> = {
  open_how: [
    ["flags", "O_"],
    ["mode", "octal"],
    ["resolve", "RESOLVE_"],
  ],
  mount_attr: [
    ["attr_set", "MOUNT_ATTR_"],
    ["attr_clr", "MOUNT_ATTR_"],
    ["propagation", "MS_"],
    ["userns_fd", "number"],
  ],
  clone_args: [["flags", "CLONE_"]],
};

export const argumentKinds: Partial<Record<SyscallName, readonly ArgumentKind[]>> = {
  chdir: ["path"],
  chroot: ["path"],
  clone3: ["clone_args", "number"],
  close: ["fd"],
  close_range: ["fd", "fd", "CLOSE_RANGE_"],
  dup3: ["fd", "fd", "O_"],
  execve: ["path", "strings", "strings"],
  execveat: ["fd", "path", "strings", "strings", "AT_"],
  faccessat2: ["fd", "path", "number", "AT_"],
  fchdir: ["fd"],
  fchmod: ["fd", "octal"],
  fchmodat: ["fd", "path", "octal"],
  fchown: ["fd", "number", "number"],
  fchownat: ["fd", "path", "number", "number", "AT_"],
  fsconfig: ["fd", "FSCONFIG_", "path", "path", "number"],
  fsmount: ["fd", "FSMOUNT_", "MOUNT_ATTR_"],
  fsopen: ["path", "FSOPEN_"],
  fstat: ["fd", "struct"],
  ioctl: ["fd", "number", "number"],
  linkat: ["fd", "path", "fd", "path", "AT_"],
  mkdirat: ["fd", "path", "octal"],
  mknodat: ["fd", "path", "octal", "number"],
  mount: ["path", "path", "path", "MS_", "path"],
  mount_setattr: ["fd", "path", "AT_", "mount_attr", "number"],
  move_mount: ["fd", "path", "fd", "path", "MOVE_MOUNT_"],
  newfstatat: ["fd", "path", "struct", "AT_"],
  open_tree: ["fd", "path", "OPEN_TREE_|AT_"],
  openat: ["fd", "path", "O_", "octal"],
  openat2: ["fd", "path", "open_how", "number"],
  pivot_root: ["path", "path"],
  prctl: ["PR_", "number", "number", "number", "number"],
  prlimit64: ["number", "number", "struct", "struct"],
  readlinkat: ["fd", "path", "struct", "number"],
  sendfile: ["fd", "fd", "struct", "number"],
  seccomp: ["SECCOMP_SET_MODE_", "SECCOMP_FILTER_FLAG_", "struct"],
  setdomainname: ["path", "number"],
  setgroups: ["number", "struct"],
  sethostname: ["path", "number"],
  setns: ["fd", "CLONE_"],
  setresgid: ["number", "number", "number"],
  setresuid: ["number", "number", "number"],
  statx: ["fd", "path", "AT_", "number", "struct"],
  symlinkat: ["path", "fd", "path"],
  umask: ["octal"],
  umount2: ["path", "MNT_"],
  unlinkat: ["fd", "path", "AT_"],
  unshare: ["CLONE_"],
  write: ["fd", "path", "number"],
};

/** Whose values are one of a list and not a sum of bits. */
export const enumerations: ReadonlySet<string> = new Set(["FSCONFIG_", "PR_", "SECCOMP_SET_MODE_"]);
