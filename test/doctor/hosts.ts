/** Hosts that nobody has at hand, written down. */
import type { Host } from "../../runtime/doctor/check.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { Facts, Hierarchy } from "../../shim/facts/types.ts";

const all = (1n << 41n) - 1n;

function unified(more: Partial<Hierarchy>): Hierarchy {
  return {
    unified: true,
    controllers: ["cpuset", "cpu", "io", "memory", "pids"],
    mount: "/sys/fs/cgroup",
    own: "/",
    name: "",
    writable: "root",
    ...more,
  };
}

const facts: Facts = {
  arch: "x64",
  kernel: { release: "6.12.5-200.fc41.x86_64", major: 6, minor: 12 },
  pageSize: 4096,
  cpus: 8,
  memory_bytes: 16e9,
  user: { uid: 0, gid: 0, name: "root", home: "/root", effective: all, bounding: all },
  lastCapability: 40,
  namespaces: ["user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time"],
  userNamespaces: {
    initial: true,
    uidMap: [{ containerID: 0, hostID: 0, size: 4294967295 }],
    gidMap: [{ containerID: 0, hostID: 0, size: 4294967295 }],
    max: 62000,
    unprivilegedClone: null,
    apparmorRestrict: null,
  },
  subordinate: {
    uids: [],
    gids: [],
    newuidmap: "/usr/bin/newuidmap",
    newgidmap: "/usr/bin/newgidmap",
  },
  cgroup: { version: "v2", hierarchies: [unified({})], swap: true, features: no_features },
  mounts: [
    { point: "/", type: "btrfs", options: ["rw"] },
    { point: "/proc", type: "proc", options: ["rw", "nosuid"] },
    { point: "/proc/sys/fs/binfmt_misc", type: "autofs", options: ["rw"] },
  ],
  resctrl: null,
  root: { directories: ["etc", "home", "usr"], links: [{ name: "bin", to: "usr/bin" }] },
  rlimits: {},
  lsm: ["lockdown", "capability", "yama", "selinux", "bpf"],
  seccomp: true,
};

/** Everything is there: a workstation with systemd, as root. */
export const workstation: Host = {
  facts,
  syscalls: {
    mount_setattr: "yes",
    openat2: "yes",
    clone3: "yes",
    pidfd_open: "yes",
    close_range: "yes",
    open_tree: "yes",
  },
  filesystems: ["proc", "tmpfs", "overlay", "btrfs"],
  init: { path: "/opt/wrun/init-x64", present: true },
  terminal: { here: true, ptmx: true },
  systemd: true,
};

/** A host that differs from another one in some facts. */
export function differing(host: Host, change: Partial<Facts>, more: Partial<Host> = {}): Host {
  return { ...host, ...more, facts: { ...host.facts, ...change } };
}

const user = { uid: 1000, gid: 1000, name: "ada", home: "/srv/ada", effective: 0n, bounding: all };

/** An ordinary user there, with ranges of ids and a delegated cgroup. */
export const ordinary = differing(workstation, {
  user,
  subordinate: {
    uids: [{ start: 524288, size: 65536 }],
    gids: [{ start: 524288, size: 65536 }],
    newuidmap: "/usr/bin/newuidmap",
    newgidmap: "/usr/bin/newgidmap",
  },
  cgroup: {
    version: "v2",
    hierarchies: [unified({ own: "/user.slice/user-1000.slice", writable: "own" })],
    swap: true,
    features: no_features,
  },
});

/** As Docker runs its containers: masked /proc, read-only cgroups, some rights only, a seccomp filter. */
export const docker = differing(
  workstation,
  {
    user: { ...facts.user, effective: 0xa80425fbn, bounding: 0xa80425fbn },
    cgroup: {
      version: "v2",
      hierarchies: [unified({ writable: "none" })],
      swap: true,
      features: no_features,
    },
    mounts: [
      ...facts.mounts,
      { point: "/proc/bus", type: "proc", options: ["ro"] },
      { point: "/proc/kcore", type: "tmpfs", options: ["rw"] },
      { point: "/proc/keys", type: "tmpfs", options: ["rw"] },
      { point: "/proc/sysrq-trigger", type: "proc", options: ["ro"] },
    ],
  },
  {
    syscalls: { ...workstation.syscalls, clone3: "ENOSYS", mount_setattr: "EPERM" },
    systemd: false,
  },
);

/** A kernel of 2018. */
export const old = differing(
  ordinary,
  { kernel: { release: "4.19.0-27-amd64", major: 4, minor: 19 } },
  {
    syscalls: {
      mount_setattr: "ENOSYS",
      openat2: "ENOSYS",
      clone3: "ENOSYS",
      pidfd_open: "ENOSYS",
      close_range: "ENOSYS",
      open_tree: "ENOSYS",
    },
  },
);
