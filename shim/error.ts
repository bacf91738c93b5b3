import { errnoName, errnoText } from "./errno.ts";

/**
 * A system call that failed: which, why, on what.
 *
 * `path` is what the call was about, a path or another name of the object; runtime makes a WrunError of it.
 */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  readonly syscall: string;
  /** The name, such as `ENOENT`. */
  readonly errno: string;
  readonly number: number;
  readonly path?: string;

  constructor(syscall: string, number: number, path?: string) {
    const errno = errnoName(number);
    const text = errnoText(errno);
    super(
      `${syscall}${path === undefined ? "" : ` \`${path}\``}: ${errno}${text ? ` (${text})` : ""}`,
    );
    this.syscall = syscall;
    this.errno = errno;
    this.number = number;
    this.path = path;
  }
}

/** Is this a failed system call, and with one of these errno names (any, when none is given). */
export function isErrno(error: unknown, ...names: string[]): error is SyscallError {
  return error instanceof SyscallError && (names.length === 0 || names.includes(error.errno));
}
