/**
 * The one error of wrun, and the one shape of it: what failed, on what, why, what to do, and a stable code.
 *
 * `message` is complete in itself: callers such as podman and containerd keep only the last line.
 */
export interface ErrorDetails {
  /** Stable, documented in docs/errors.md, such as `ERR_MOUNT_SOURCE`. */
  code: ErrorCode;
  /** One line, lower case, no full stop, the subject in backticks, the errno name last. */
  message: string;
  /** Why it happened, where that is known beyond the errno. */
  because?: string;
  /** What the reader can do. */
  hint?: string;
  /** JSON pointer into config.json. */
  pointer?: string;
  /** The file that `pointer` points into, where that is another one. */
  document?: string;
  /** The step of the launch program that failed. */
  step?: { index: number; of: number; say: string };
  errno?: string;
  syscall?: string;
  path?: string;
  /** Exit status of the CLI: 125 wrun failed, 126 cannot run, 127 not found. */
  exitCode?: number;
  cause?: unknown;
}

export type ErrorCode =
  | "ERR_USAGE"
  | "ERR_BUNDLE_NOT_FOUND"
  | "ERR_CONFIG_INVALID"
  | "ERR_CONFIG_UNSUPPORTED"
  | "ERR_FACTS"
  | "ERR_ID_INVALID"
  | "ERR_ID_TAKEN"
  | "ERR_NOT_FOUND"
  | "ERR_STATE_WRONG"
  | "ERR_KERNEL_TOO_OLD"
  | "ERR_FEATURE_MISSING"
  | "ERR_USERNS_DENIED"
  | "ERR_IDMAP"
  | "ERR_NAMESPACE"
  | "ERR_CGROUP"
  | "ERR_CGROUP_CONTROLLER"
  | "ERR_RDT"
  | "ERR_CAPABILITY"
  | "ERR_SECCOMP"
  | "ERR_LSM"
  | "ERR_ROOTFS"
  | "ERR_MOUNT"
  | "ERR_MOUNT_SOURCE"
  | "ERR_MOUNT_TARGET"
  | "ERR_USER_NOT_FOUND"
  | "ERR_HOSTNAME"
  | "ERR_CWD"
  | "ERR_CWD_OUTSIDE"
  | "ERR_EXEC_NOT_FOUND"
  | "ERR_EXEC_INTERPRETER"
  | "ERR_EXEC_FORMAT"
  | "ERR_EXEC_DENIED"
  | "ERR_TERMINAL"
  | "ERR_HOOK"
  | "ERR_CRIU"
  | "ERR_SYSTEMD"
  | "ERR_ABORTED"
  | "ERR_EXIT"
  | "ERR_LAUNCH"
  | "ERR_INTERNAL";

export class WrunError extends Error implements ErrorDetails {
  override readonly name = "WrunError";
  readonly code: ErrorCode;
  readonly because?: string;
  readonly hint?: string;
  readonly pointer?: string;
  readonly document?: string;
  readonly step?: { index: number; of: number; say: string };
  readonly errno?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly exitCode: number;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.because = details.because;
    this.hint = details.hint;
    this.pointer = details.pointer;
    this.document = details.document;
    this.step = details.step;
    this.errno = details.errno;
    this.syscall = details.syscall;
    this.path = details.path;
    this.exitCode = details.exitCode ?? 125;
  }
}
