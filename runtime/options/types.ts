/**
 * What `run` and `plan` take; the flags of `wrun run` are the same, by the same names.
 *
 * With a bundle, an option that is given wins over config.json; lists (env, volumes, tmpfs, ulimits, capAdd, capDrop)
 * are applied over what is there. Sizes are bytes, or strings such as "64m" and "1.5G" (powers of 1024).
 */
export interface RunOptions {
  /** Directory with config.json. Without one, the spec is built from the other options. */
  bundle?: string;
  /** Directory to be the container's `/`. Without one: the bundle's, or the host's own under a throw-away layer. */
  rootfs?: string;
  /** The program and its arguments, passed as they are. Default: the bundle's, or `sh`. */
  args?: readonly string[];
  /** The container's id. Default: 12 random hexadecimal digits. */
  name?: string;
  /** Default: the bundle's, or the id. */
  hostname?: string;
  env?: Readonly<Record<string, string>>;
  /** Absolute, in the container. */
  workdir?: string;
  /** `USER[:GROUP]`: numbers, or names of the container's own /etc/passwd and /etc/group. */
  user?: string | number;
  /** `SRC:DST[:ro]`. A relative source is relative to the working directory; `~` is not expanded. */
  volumes?: readonly (string | Volume)[];
  /** `DST[:OPTIONS]`, such as "/cache:size=64m,mode=1777". */
  tmpfs?: readonly string[];
  readOnly?: boolean;
  /** -1 is no limit. */
  memory?: string | number;
  /** Memory and swap together. Default with `memory`: the same, that is no swap. -1 is no limit. */
  memorySwap?: string | number;
  /** Processors' worth of time, such as 0.5. */
  cpus?: string | number;
  /** 2 to 262144. */
  cpuShares?: string | number;
  /** `0-2,5` */
  cpusetCpus?: string;
  /** -1 is no limit. */
  pidsLimit?: string | number;
  capAdd?: readonly string[];
  capDrop?: readonly string[];
  /** `nofile=1024:2048`, `core=0`, `memlock=unlimited`. */
  ulimits?: readonly string[];
  /** Default `none`: a loopback of its own. */
  network?: "none" | "host";
  /**
   * `host`: no user namespace; `own`: the caller's own id is the one id inside, as root; `auto` and `auto:size=N`: N ids
   * (65536) that no other container has, as far as the host has them; `keep-id` and `keep-id:uid=N,gid=N,size=N`: the
   * caller's own ids are the same inside, or those, and the container runs as that user; a path joins that namespace.
   * Default: `auto` for ordinary users, who can do nothing without, `host` for root.
   */
  userns?: string;
  /** `INSIDE:OUTSIDE:SIZE`. One of the two alone counts for both. */
  uidMap?: readonly string[];
  gidMap?: readonly string[];
  /** Default true, or the bundle's. */
  noNewPrivileges?: boolean;
  /**
   * Which system calls it may make: `default` is wrun's own profile, `unconfined` is all of them, anything else the path
   * of a profile in JSON (OCI's or Docker's). Default: the bundle's, and `default` without a bundle.
   */
  seccomp?: string;
  /** Who makes the cgroup: wrun, or systemd as a scope unit. Default `cgroupfs`. */
  cgroupManager?: "cgroupfs" | "systemd";
  /** A file to write the pid of the container's first process to. */
  pidFile?: string;
  /** Descriptors of this process that the program gets as 3, 4 and so on. */
  fds?: readonly number[];
  /** False where the host's root is a ramfs, which pivot_root(2) refuses. Default true. */
  pivot?: boolean;
  /** False: the program has the session keyring of this process. Default true. */
  newKeyring?: boolean;
  /** The program says with sd_notify(3) that it is ready: it has a socket for that, named by its NOTIFY_SOCKET. */
  notify?: boolean;
  tty?: boolean;
  interactive?: boolean;
  stdin?: Stream;
  stdout?: Stream;
  stderr?: Stream;
  /** Ends the container: SIGTERM, and SIGKILL after `killAfter_ms`. */
  signal?: AbortSignal;
  /** Milliseconds, or a string such as "10s". Default 5000. */
  killAfter_ms?: string | number;
  /** What is kept of a piped stdout and stderr, each. Default 16 MiB. */
  maxBuffer_bytes?: string | number;
  /** False: a failure is a result, not an exception. Default true. */
  reject?: boolean;
}

export type Stream = "inherit" | "pipe" | "ignore";

export interface Volume {
  source: string;
  destination: string;
  readOnly?: boolean;
}
