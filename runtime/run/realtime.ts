/** v1: the real-time that cgroups above a container must have, so that it can have some (sched-rt-group.rst). */
import { openCgroup, openHierarchy, readFile, writeFile } from "../../shim/cgroupfs.ts";
import { entries } from "../../shim/directory.ts";
import { isErrno } from "../../shim/error.ts";
import type { Fd } from "../../shim/fd.ts";
import { lock } from "../../shim/lock.ts";

interface Share {
  runtime_us: number;
  period_us: number;
}

/**
 * A cgroup hands on no more real-time than it has, and a new one has none. `above`, outermost first, is raised to what
 * its children have together with `share`, and not further: what is in there, nobody else on the host can have.
 *
 * Answers a lock to be held until the container has its share: another launch would not count it yet. What the kernel
 * refuses here it refuses for the container as well, and there the error knows which member asked for it.
 */
export function lendRealtime(mount: string, above: readonly string[], share: Share): Fd | null {
  const [outermost] = above;
  if (outermost === undefined) return null;
  const held = lock(`${mount}${outermost}`);
  using hierarchy = openHierarchy(mount);
  let needed: Share = share;
  let below = "";
  const raised = [...above].reverse().map((path) => {
    using cgroup = openCgroup(hierarchy, path);
    const { period_us, runtime_us } = read(cgroup);
    const sum_us = handedOn_us(cgroup, period_us, below) + scaled_us(needed, period_us);
    below = path.slice(path.lastIndexOf("/") + 1);
    needed = { period_us, runtime_us: Math.max(runtime_us, sum_us) };
    return { path, runtime_us: needed.runtime_us };
  });
  for (const { path, runtime_us } of raised.reverse()) give(hierarchy, path, runtime_us);
  return held;
}

/**
 * Gives back what the last of `made` has, and lowers those before it to what their other children have. Done before it is
 * removed: the kernel counts a cgroup for a moment longer than it shows it.
 */
export function takeBackRealtime(mount: string, made: readonly string[]): void {
  const [outermost] = made;
  if (outermost === undefined || !hasRealtime(mount, made.at(-1) ?? "")) return;
  using _held = lock(`${mount}${outermost}`);
  using hierarchy = openHierarchy(mount);
  for (const path of [...made].reverse()) {
    using cgroup = openCgroup(hierarchy, path);
    give(hierarchy, path, handedOn_us(cgroup, read(cgroup).period_us, ""));
  }
}

function hasRealtime(mount: string, path: string): boolean {
  try {
    using hierarchy = openHierarchy(mount);
    using cgroup = openCgroup(hierarchy, path);
    return readFile(cgroup, "cpu.rt_runtime_us") !== "0";
  } catch (error) {
    // Gone, or a kernel without CONFIG_RT_GROUP_SCHED.
    if (isErrno(error, "ENOENT", "ENODEV")) return false;
    throw error;
  }
}

/** What the children have together, but for one of them. */
function handedOn_us(cgroup: Fd, period_us: number, except: string): number {
  const shares_us = entries(cgroup)
    .filter(({ directory, name }) => directory && name !== except)
    .map(({ name }) => {
      try {
        using child = openCgroup(cgroup, `/${name}`);
        return scaled_us(read(child), period_us);
      } catch (error) {
        if (isErrno(error, "ENOENT", "ENODEV")) return 0;
        throw error;
      }
    });
  return shares_us.reduce((sum, each) => sum + each, 0);
}

/** The same part of another period, rounded up. */
function scaled_us({ runtime_us, period_us }: Share, to_us: number): number {
  return Math.ceil((runtime_us * to_us) / period_us);
}

/** -1 is "no limit", which the kernel has for its root only. */
function read(cgroup: Fd): Share {
  const runtime_us = Math.max(Number(readFile(cgroup, "cpu.rt_runtime_us")), 0);
  return { runtime_us, period_us: Number(readFile(cgroup, "cpu.rt_period_us")) };
}

function give(hierarchy: Fd, path: string, runtime_us: number): void {
  try {
    using cgroup = openCgroup(hierarchy, path);
    writeFile(cgroup, "cpu.rt_runtime_us", `${runtime_us}`);
  } catch (error) {
    if (!isErrno(error, "EINVAL", "EBUSY", "ENOENT")) throw error;
  }
}
