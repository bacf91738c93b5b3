/**
 * To look at cgroups, CRIU mounts the v2 hierarchy once more and without options, which the kernel takes for all of its
 * mounts: `nsdelegate` and the like are gone from the whole host (cgroup-v2.rst, "Mounting"). So they are put back.
 */
import { readFileSync } from "node:fs";
import { isErrno } from "../../shim/error.ts";
import { type MountInfo, parseMountinfo } from "../../shim/facts/mountinfo.ts";
import type { Fd } from "../../shim/fd.ts";
import { setFlags } from "../../shim/filesystem.ts";
import { tryLock } from "../../shim/lock.ts";

/** One at a time on a host: a second one would take what the first has lost for what there was. */
export async function keepingHierarchy<T>(work: () => Promise<T>): Promise<T> {
  using _held = await held(hierarchy()?.point);
  const before = hierarchy();
  try {
    return await work();
  } finally {
    const lost = before && flagsOf(before).join() !== flagsOf(hierarchy()).join();
    if (lost) putBack(before);
  }
}

const pause_ms = 20;

/** Looks again and again: to wait in flock(2) would stop the one of this same process that has it. */
async function held(point: string | undefined): Promise<Fd | null> {
  if (point === undefined) return null;
  for (;;) {
    const fd = tryLock(point);
    if (fd) return fd;
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}

function hierarchy(): MountInfo | undefined {
  const mounts = parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8"));
  return mounts.find(({ type, root }) => type === "cgroup2" && root === "/");
}

function flagsOf(mount: MountInfo | undefined): string[] {
  return (mount?.superOptions ?? []).filter((option) => option !== "rw" && option !== "ro");
}

function putBack(mount: MountInfo): void {
  try {
    setFlags(mount.point, flagsOf(mount));
  } catch (error) {
    // In a user namespace CRIU could not have taken them away.
    if (!isErrno(error, "EPERM")) throw error;
  }
}
