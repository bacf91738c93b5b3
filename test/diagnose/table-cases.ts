import type { FailedStep } from "../../runtime/diagnose/reason.ts";
import { facts, root, withUsers } from "./failed.ts";

export interface Case {
  name: string;
  syscall: string;
  errno: string;
  purpose?: Partial<FailedStep["purpose"]>;
  more?: Partial<FailedStep>;
  code?: string;
  because: RegExp;
  hint?: RegExp;
}

const user = { say: "create a user namespace", code: "ERR_USERNS_DENIED" };
const old = { ...facts, kernel: { release: "5.4.0-1", major: 5, minor: 4 } };
const clone = { code: "ERR_NAMESPACE" };
const masked = { ...root, mounts: [{ point: "/proc/kcore", type: "tmpfs", options: [] }] };

export const cases: Case[] = [
  {
    name: "a system call newer than the kernel",
    syscall: "mount_setattr",
    errno: "ENOSYS",
    more: { facts: old },
    code: "ERR_KERNEL_TOO_OLD",
    because: /^`mount_setattr` came with Linux 5\.12, and this is 5\.4\.0-1$/,
  },
  {
    name: "a system call that a filter hides",
    syscall: "clone3",
    errno: "ENOSYS",
    code: "ERR_FEATURE_MISSING",
    because: /answers that it has not/,
    hint: /seccomp/,
  },
  {
    name: "a file system that the kernel has not",
    syscall: "fsopen",
    errno: "ENODEV",
    code: "ERR_FEATURE_MISSING",
    because: /no such file system/,
  },
  {
    name: "kernel.unprivileged_userns_clone",
    syscall: "unshare",
    errno: "EPERM",
    purpose: user,
    more: { facts: withUsers({ unprivilegedClone: 0 }) },
    code: "ERR_USERNS_DENIED",
    because: /^kernel\.unprivileged_userns_clone is 0$/,
    hint: /sysctl -w kernel\.unprivileged_userns_clone=1/,
  },
  {
    name: "user.max_user_namespaces of 0",
    syscall: "unshare",
    errno: "ENOSPC",
    purpose: user,
    more: { facts: withUsers({ max: 0 }) },
    code: "ERR_USERNS_DENIED",
    because: /^user\.max_user_namespaces is 0$/,
  },
  {
    name: "user.max_user_namespaces used up",
    syscall: "unshare",
    errno: "ENOSPC",
    purpose: user,
    because: /is 15000 and used up/,
  },
  {
    name: "AppArmor's restriction",
    syscall: "unshare",
    errno: "EACCES",
    purpose: user,
    more: { facts: withUsers({ apparmorRestrict: 1 }) },
    because: /^kernel\.apparmor_restrict_unprivileged_userns is 1/,
  },
  {
    name: "AppArmor's restriction felt later",
    syscall: "fsopen",
    errno: "EPERM",
    purpose: { say: "mount `proc` on `/proc`", code: "ERR_MOUNT" },
    more: { facts: withUsers({ apparmorRestrict: 1 }) },
    code: "ERR_USERNS_DENIED",
    because: /apparmor_restrict/,
  },
  {
    name: "a user namespace that no sysctl forbids",
    syscall: "unshare",
    errno: "EPERM",
    purpose: user,
    because: /security module \(capability, apparmor\)/,
  },
  {
    name: "namespaces without the right",
    syscall: "clone3",
    errno: "EPERM",
    purpose: clone,
    because: /CAP_SYS_ADMIN/,
  },
  {
    name: "too many namespaces",
    syscall: "clone3",
    errno: "ENOSPC",
    purpose: clone,
    because: /user\.max_\*_namespaces/,
  },
  {
    name: "too many processes",
    syscall: "clone3",
    errno: "EAGAIN",
    purpose: clone,
    because: /RLIMIT_NPROC \(99\)/,
  },
  {
    name: "joining a namespace of another owner",
    syscall: "setns",
    errno: "EPERM",
    purpose: clone,
    because: /owns it/,
  },
  {
    name: "a user without a place in the map",
    syscall: "setresuid",
    errno: "EINVAL",
    purpose: { code: "ERR_IDMAP" },
    code: "ERR_IDMAP",
    because: /no such id/,
  },
  {
    name: "groups in a single-id namespace",
    syscall: "setgroups",
    errno: "EPERM",
    code: "ERR_IDMAP",
    because: /single id/,
  },
  {
    name: "proc in a container",
    syscall: "fsmount",
    errno: "EPERM",
    purpose: { say: "mount `proc` on `/proc`", code: "ERR_MOUNT" },
    more: { facts: masked },
    because: /itself in a container: mounts hide `\/proc\/kcore`/,
    hint: /unmask=ALL/,
  },
  {
    name: "a flag that is locked",
    syscall: "mount_setattr",
    errno: "EPERM",
    because: /cannot be taken off/,
  },
  {
    name: "an option that the file system does not know",
    syscall: "fsconfig",
    errno: "EINVAL",
    purpose: { say: "mount `tmpfs` on `/x` with the option `size=oops`", code: "ERR_MOUNT" },
    because: /does not know the option/,
  },
  {
    name: "a directory on a file",
    syscall: "move_mount",
    errno: "EINVAL",
    because: /a directory can only be mounted on a directory/,
  },
  {
    name: "a mount point in a read-only rootfs",
    syscall: "mkdirat",
    errno: "EROFS",
    purpose: { code: "ERR_MOUNT_TARGET", path: "/data" },
    because: /`\/data` does not exist, and its file system is read-only/,
  },
  {
    name: "a busy place",
    syscall: "move_mount",
    errno: "EBUSY",
    because: /mounted there already/,
  },
  {
    name: "too many open files",
    syscall: "openat2",
    errno: "EMFILE",
    because: /RLIMIT_NOFILE allows \(1024\)/,
  },
  { name: "too many on the host", syscall: "openat2", errno: "ENFILE", because: /fs\.file-max/ },
  { name: "a used-up quota", syscall: "mkdirat", errno: "EDQUOT", because: /quota/ },
  { name: "a full disk", syscall: "mkdirat", errno: "ENOSPC", because: /no space left/ },
  { name: "too many mounts", syscall: "move_mount", errno: "ENOSPC", because: /namespace is full/ },
  { name: "no memory", syscall: "clone3", errno: "ENOMEM", because: /no memory/ },
  {
    name: "a limit above wrun's own",
    syscall: "prlimit64",
    errno: "EPERM",
    purpose: { say: "set `RLIMIT_NOFILE` to 9999:9999" },
    because: /wrun's own is 4096/,
  },
  {
    name: "a sysctl that is not of a namespace",
    syscall: "write",
    errno: "EACCES",
    purpose: { say: "set the sysctl `vm.swappiness` to `1`" },
    because: /belongs to the whole host/,
  },
  {
    name: "an errno that nobody knows more about",
    syscall: "openat2",
    errno: "EIO",
    because: /^input\/output error$/,
  },
];
