import { Fd } from "./fd.ts";
import { call } from "./libc.ts";

/** How a process ended: by exit(2) with this code, or by this signal, with a core dump or not. */
export type ExitStatus =
  | { readonly exited: number; readonly killed?: undefined }
  | { readonly killed: number; readonly core: boolean; readonly exited?: undefined };

/** A descriptor that stands for a process, whatever becomes of its pid; throws SyscallError ESRCH when there is none. */
export function pidfdOpen(pid: number): Fd {
  return new Fd(call("pidfd_open", [pid, 0], `pid ${pid}`), `pid ${pid}`);
}

/** Sends a signal; throws SyscallError ESRCH when the process has ended and was waited for. Signal 0 only asks. */
export function pidfdSendSignal(pidfd: Fd, signal: number): void {
  call("pidfd_send_signal", [pidfd.number, signal, null, 0], pidfd.name);
}

const p_pidfd = 3;
const flags = { nohang: 0x1, exited: 0x4, wall: 0x40000000 } as const;
const code = { exited: 1, killed: 2, dumped: 3 } as const;

/**
 * Takes the status of a child that has ended, once; undefined while it runs. Throws SyscallError ECHILD for another's child.
 *
 * __WALL: a process made by clone3 with an exit signal other than SIGCHLD is not found otherwise (man 2 wait).
 */
export function waitPidfd(pidfd: Fd): ExitStatus | undefined {
  // siginfo_t is 128 bytes, on both: int si_signo, si_errno, si_code, a gap, then int si_pid, si_uid, si_status.
  const info = new Int32Array(32);
  call(
    "waitid",
    [p_pidfd, pidfd.number, info, flags.nohang | flags.exited | flags.wall, null],
    pidfd.name,
  );
  const [, , how = 0, , pid = 0, , status = 0] = info;
  if (pid === 0) return undefined;
  if (how === code.exited) return { exited: status };
  return { killed: status, core: how === code.dumped };
}

/** Has the process ended, waited for or not: asked of a process that need not be a child. */
export function hasEnded(pidfd: Fd): boolean {
  // struct pollfd { int fd; short events; short revents; } and a zero timespec: a pidfd is readable when its process has ended.
  const pollin = 1;
  const poll = new Int32Array([pidfd.number, pollin]);
  // `call` asks again after EINTR: a signal, the end of another child say, may come before the kernel has looked.
  return call("ppoll", [poll, 1, new BigInt64Array(2), null, 0], pidfd.name) === 1;
}
