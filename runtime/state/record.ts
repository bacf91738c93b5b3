import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the next wrun command must know to clean up after this one. */
export interface StateRecord {
  id: string;
  /** Absolute, "" for a container without a bundle. */
  bundle: string;
  /** ISO 8601. */
  created: string;
  /** /proc/sys/kernel/random/boot_id: pids and cgroups of another boot are gone. */
  bootId: string;
  /** The container's first process, null before there is one. */
  process: ProcessIdentity | null;
  /** Its cgroup in each hierarchy, by the mount point, and of the path to it what was made, outermost first. */
  cgroups: { mount: string; path: string; made: string[] }[];
  /** Host ids that the container's maps use, so that no other container gets them. */
  uids: { start: number; size: number }[];
  gids: { start: number; size: number }[];
}

/** A pid alone may have passed to another process; with the start time it names one for ever (of one boot). */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  started: number;
}

const file = "state.json";

/** Written beside and renamed over, so that a reader sees the old one or the new one (rename(2)). */
export function writeRecord(directory: string, record: StateRecord): void {
  const next = join(directory, `${file}.next`);
  writeFileSync(next, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(next, join(directory, file));
}

/** Null when there is none: wrun ended before it made anything. */
export function readRecord(directory: string): StateRecord | null {
  try {
    return JSON.parse(readFileSync(join(directory, file), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError)
      return null;
    throw error;
  }
}

export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Null when there is no such process. */
export function identify(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; the fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, started: Number(fields[19]) };
  } catch {
    return null;
  }
}
