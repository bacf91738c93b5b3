import type { NamespaceType } from "../../runtime/spec/types.ts";
import type { RootEntries } from "./root.ts";

/** What this host offers this process, read once, as plain data (`wrun doctor`, `wrun plan` and the policy engine use it). */
export interface Facts {
  arch: "x64" | "arm64";
  kernel: { release: string; major: number; minor: number };
  pageSize: number;
  cpus: number;
  /** /proc/meminfo MemTotal. */
  memory_bytes: number;
  user: {
    uid: number;
    gid: number;
    /** From /etc/passwd of the host, "" when it has none. */
    name: string;
    home: string;
    /** /proc/self/status CapEff and CapBnd. */
    effective: bigint;
    bounding: bigint;
  };
  /** /proc/sys/kernel/cap_last_cap. */
  lastCapability: number;
  /** The kinds that /proc/self/ns has. */
  namespaces: NamespaceType[];
  userNamespaces: {
    /** Is wrun in the initial user namespace (uid_map is 0 0 4294967295). */
    initial: boolean;
    uidMap: { containerID: number; hostID: number; size: number }[];
    gidMap: { containerID: number; hostID: number; size: number }[];
    /**
     * user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns;
     * null where the host has no such sysctl.
     */
    max: number | null;
    unprivilegedClone: number | null;
    apparmorRestrict: number | null;
  };
  subordinate: {
    uids: { start: number; size: number }[];
    gids: { start: number; size: number }[];
    /** Absolute paths, null where not installed or without the right to do its work (setuid bit or file capability). */
    newuidmap: string | null;
    newgidmap: string | null;
  };
  cgroup: {
    version: "none" | "v1" | "v2" | "hybrid";
    hierarchies: Hierarchy[];
    swap: boolean;
    features: CgroupFeatures;
  };
  /** /proc/self/mountinfo: mount points of this mount namespace, in order. */
  mounts: { point: string; type: string; options: string[] }[];
  /** The resctrl filesystem and its classes of service, the root as "/"; null where none is mounted. */
  resctrl: ResctrlFacts | null;
  /** What stands in the host's `/`. */
  root: RootEntries;
  /** Current limits of this process, -1 for unlimited. */
  rlimits: Record<string, { soft: number; hard: number }>;
  /** /sys/kernel/security/lsm, [] when it cannot be read. */
  lsm: string[];
  seccomp: boolean;
}

/** What not every kernel has, as far as a limit depends on it. */
export interface CgroupFeatures {
  /** The I/O scheduler BFQ with weights of cgroups; CFQ, up to Linux 4.20; the iocost model of v2. */
  bfq: boolean;
  cfq: boolean;
  iocost: boolean;
  /** v1: cpu.rt_runtime_us. */
  realtime: boolean;
  /** v1: memory.kmem.limit_in_bytes has an effect; memory.kmem.tcp.limit_in_bytes is there. */
  kernelMemory: boolean;
  kernelTcp: boolean;
  /** As in the names of files: `2MB`, `1GB`; smallest first. */
  hugepageSizes: string[];
  /** The names in /sys/class/infiniband. */
  rdmaDevices: string[];
}

export interface ResctrlFacts {
  mount: string;
  /** info/L3_MON is there. */
  monitoring: boolean;
  classes: { name: string; schemata: string }[];
}

export interface Hierarchy {
  unified: boolean;
  controllers: string[];
  mount: string;
  own: string;
  name: string;
  /** The deepest directory below which wrun may make cgroups: `root`, `own`, or nothing. */
  writable: "root" | "own" | "none";
}
