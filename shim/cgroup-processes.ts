import { readFile, writeFile } from "./cgroupfs.ts";
import { now_ms } from "./clock.ts";
import { entries } from "./directory.ts";
import { isErrno, SyscallError } from "./error.ts";
import type { Fd } from "./fd.ts";
import { openDirectory, resolve_own } from "./files.ts";
import { pidfdOpen, pidfdSendSignal } from "./pidfd.ts";

const sigkill = 9;
const busy = 16;
const timeout_ms_max = 10_000;
/** How many descriptors a round may take; the next round takes the next ones. */
const pidfds_max = 256;
const pause_ms = { min: 1, max: 20 } as const;

/** The pids in a cgroup itself, as this process sees them; 0 stands for one that its pid namespace does not show. */
export function processes(cgroup: Fd): number[] {
  const text = readFile(cgroup, "cgroup.procs");
  return text === "" ? [] : text.split("\n").map(Number);
}

/** Sends a signal to every process in a cgroup and below, once: one that is forked meanwhile may miss it. */
export function signalCgroup(cgroup: Fd, signal: number): void {
  signalAll(cgroup, allProcesses(cgroup), signal);
}

/** The pids in a cgroup and in all below it. */
export function allProcesses(cgroup: Fd): number[] {
  const pids = processes(cgroup);
  for (const { name, directory } of entries(cgroup)) {
    if (!directory) continue;
    try {
      using child = openDirectory(name, cgroup, resolve_own);
      pids.push(...allProcesses(child));
    } catch (error) {
      if (!isErrno(error, "ENOENT", "ENODEV")) throw error;
    }
  }
  return pids;
}

/**
 * Kills every process in a cgroup and below, and waits until it is empty; rejects with SyscallError EBUSY after ten seconds.
 *
 * v2 does it in one write (cgroup.kill, Linux 5.14), which no fork can outrun. Otherwise each is killed by pidfd, over
 * and over, and where the cgroup counts its processes it may not have one more: a fork bomb ends.
 */
export async function killCgroup(cgroup: Fd): Promise<void> {
  const at_once = killAtOnce(cgroup);
  if (!at_once) forbidForks(cgroup);
  const end_ms = now_ms() + timeout_ms_max;
  for (let wait_ms: number = pause_ms.min; ; wait_ms = Math.min(2 * wait_ms, pause_ms.max)) {
    const pids = allProcesses(cgroup);
    if (pids.length === 0) return;
    if (now_ms() > end_ms) throw new SyscallError("rmdir", busy, cgroup.name);
    if (!at_once) signalAll(cgroup, pids, sigkill);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
}

/** What is above the limit lives on, but fork fails with EAGAIN (pids.rst). */
function forbidForks(cgroup: Fd): void {
  try {
    writeFile(cgroup, "pids.max", "0");
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function killAtOnce(cgroup: Fd): boolean {
  try {
    writeFile(cgroup, "cgroup.kill", "1");
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "EOPNOTSUPP")) return false;
    throw error;
  }
}

/**
 * Signals those of `pids` that are in the cgroup. A pid may have passed to a stranger since it was read: so the pidfd is
 * opened first, and the pid must then still be listed.
 */
function signalAll(cgroup: Fd, pids: readonly number[], signal: number): void {
  const pidfds = new Map<number, Fd>();
  try {
    for (const pid of pids.slice(0, pidfds_max)) {
      const pidfd = pid > 0 ? openIfThere(pid) : undefined;
      if (pidfd) pidfds.set(pid, pidfd);
    }
    for (const pid of allProcesses(cgroup)) {
      const pidfd = pidfds.get(pid);
      if (pidfd) send(pidfd, signal);
    }
  } finally {
    for (const pidfd of pidfds.values()) pidfd.close();
  }
}

function openIfThere(pid: number): Fd | undefined {
  try {
    return pidfdOpen(pid);
  } catch (error) {
    // EINVAL: a thread whose leader has ended.
    if (isErrno(error, "ESRCH", "EINVAL")) return undefined;
    throw error;
  }
}

function send(pidfd: Fd, signal: number): void {
  try {
    pidfdSendSignal(pidfd, signal);
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}
