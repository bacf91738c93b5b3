import type { IoClass, MemoryPolicy, Scheduler } from "./attribute.ts";

/**
 * config.json of the OCI runtime-spec 1.3, as far as wrun reads it. Names are the specification's own.
 * Bytes, microseconds and counts are `number` where 2^53 suffices (the reader refuses larger ones).
 */
export interface Spec {
  ociVersion: string;
  root?: { path: string; readonly?: boolean };
  mounts?: Mount[];
  process?: Process;
  hostname?: string;
  domainname?: string;
  annotations?: Record<string, string>;
  hooks?: Hooks;
  linux?: Linux;
}

/** config.md#posix-platform-hooks, each list in the order in which it is run. */
export type Hooks = Partial<Record<HookKind, Hook[]>>;

export type HookKind =
  | "prestart"
  | "createRuntime"
  | "createContainer"
  | "startContainer"
  | "poststart"
  | "poststop";

export interface Hook {
  /** Absolute: on the host, for startContainer in the container. */
  path: string;
  /** With the program's own name as the first. */
  args?: string[];
  env?: string[];
  /** Seconds, above 0; without one a hook may take as long as it likes. */
  timeout?: number;
}

export interface Process {
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  user?: User;
  args?: string[];
  /** `KEY=value` each. */
  env?: string[];
  /** Absolute, in the container. */
  cwd: string;
  capabilities?: Partial<Record<CapabilitySet, string[]>>;
  rlimits?: Rlimit[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
  scheduler?: Scheduler;
  ioPriority?: { class: IoClass; priority: number };
  /** Of a process that `exec` makes: processors before it is in the cgroup, and after. */
  execCPUAffinity?: { initial?: string; final?: string };
  apparmorProfile?: string;
  selinuxLabel?: string;
}

export type CapabilitySet = "bounding" | "effective" | "permitted" | "inheritable" | "ambient";

export interface User {
  uid: number;
  gid: number;
  umask?: number;
  additionalGids?: number[];
}

export interface Rlimit {
  /** `RLIMIT_NOFILE` and so on. */
  type: string;
  /** -1 is RLIM_INFINITY, which config.json writes as 18446744073709551615: no `number` holds that. */
  soft: number;
  hard: number;
}

export interface Mount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
  /** From the ids of the file system to those it is shown with; the container's own with `idmap` and without these. */
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
}

export type NamespaceType =
  | "user"
  | "mount"
  | "pid"
  | "network"
  | "ipc"
  | "uts"
  | "cgroup"
  | "time";

export interface Linux {
  namespaces?: { type: NamespaceType; path?: string }[];
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
  timeOffsets?: Partial<Record<"monotonic" | "boottime", { secs?: number; nanosecs?: number }>>;
  cgroupsPath?: string;
  resources?: Resources;
  rootfsPropagation?: "shared" | "slave" | "private" | "unbindable";
  maskedPaths?: string[];
  readonlyPaths?: string[];
  sysctl?: Record<string, string>;
  devices?: Device[];
  seccomp?: Seccomp;
  intelRdt?: IntelRdt;
  /** Devices of the runtime's network namespace by their names there, and what they are called in the container. */
  netDevices?: Record<string, { name?: string }>;
  mountLabel?: string;
  personality?: { domain: "LINUX" | "LINUX32" };
  memoryPolicy?: MemoryPolicy;
}

/** config-linux.md#intelrdt. enableCMT and enableMBM are read and mean nothing: the kernel counts in every class. */
export interface IntelRdt {
  closID?: string;
  /** Lines of the file; a single string, as some drafts had it, is several lines. */
  schemata?: string[];
  l3CacheSchema?: string;
  memBwSchema?: string;
  enableMonitoring?: boolean;
}

export interface IdMapping {
  containerID: number;
  hostID: number;
  size: number;
}

export interface Device {
  path: string;
  type: "c" | "b" | "u" | "p";
  major?: number;
  minor?: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
}

export interface Resources {
  memory?: {
    limit?: number;
    reservation?: number;
    swap?: number;
    kernel?: number;
    kernelTCP?: number;
    swappiness?: number;
    disableOOMKiller?: boolean;
    useHierarchy?: boolean;
    checkBeforeUpdate?: boolean;
  };
  cpu?: {
    shares?: number;
    quota?: number;
    period?: number;
    burst?: number;
    idle?: number;
    cpus?: string;
    mems?: string;
    realtimeRuntime?: number;
    realtimePeriod?: number;
  };
  pids?: { limit?: number };
  devices?: DeviceRule[];
  blockIO?: BlockIO;
  hugepageLimits?: { pageSize: string; limit: number }[];
  network?: { classID?: number; priorities?: { name: string; priority: number }[] };
  rdma?: Record<string, { hcaHandles?: number; hcaObjects?: number }>;
  /** Files of cgroup v2, and what to write to them. */
  unified?: Record<string, string>;
}

export interface BlockIO {
  weight?: number;
  leafWeight?: number;
  weightDevice?: { major: number; minor: number; weight?: number; leafWeight?: number }[];
  throttleReadBpsDevice?: ThrottleDevice[];
  throttleWriteBpsDevice?: ThrottleDevice[];
  throttleReadIOPSDevice?: ThrottleDevice[];
  throttleWriteIOPSDevice?: ThrottleDevice[];
}

/** Bytes or operations a second. */
export interface ThrottleDevice {
  major: number;
  minor: number;
  rate: number;
}

export interface DeviceRule {
  allow: boolean;
  type?: "a" | "c" | "b";
  major?: number;
  minor?: number;
  access?: string;
}

export type SeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";

export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";

export type SeccompFlag =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

export interface Seccomp {
  defaultAction: SeccompAction;
  defaultErrnoRet?: number;
  /** `SCMP_ARCH_X86_64` and so on. */
  architectures?: string[];
  flags?: SeccompFlag[];
  syscalls?: SeccompRule[];
  /** A unix socket of the host, for rules with SCMP_ACT_NOTIFY. */
  listenerPath?: string;
  listenerMetadata?: string;
}

export interface SeccompRule {
  names: string[];
  action: SeccompAction;
  errnoRet?: number;
  args?: SeccompArgument[];
}

export interface SeccompArgument {
  index: number;
  /** 64 bits; a `bigint` where a `number` does not hold it. */
  value: number | bigint;
  valueTwo?: number | bigint;
  op: SeccompOperator;
}
