/** linux/capability.h in order of number, without the CAP_ that all of them have. */
export const CAPABILITIES: StaticArray<string> = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
  "PERFMON",
  "BPF",
  "CHECKPOINT_RESTORE",
];

/**
 * The numbers of what `wrun run` gives: Docker's fourteen without MKNOD and NET_RAW.
 *
 * MKNOD makes device nodes, which only a device filter keeps from being opened, and nobody but root can have one.
 * NET_RAW opens AF_PACKET sockets, the way in of CVE-2020-14386 and others; ping needs it no more since
 * net.ipv4.ping_group_range.
 */
export const DEFAULTS: StaticArray<i32> = [0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31];
