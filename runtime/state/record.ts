import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WrunError } from "../error.ts";
import type { Hook, NamespaceType } from "../spec/types.ts";
import type { BusKind } from "../systemd/manager.ts";

/** What the next wrun command must know about a container: how it is, and how to take it away. */
export interface StateRecord {
  version: typeof record_version;
  id: string;
  /** Absolute, "" for a container without a bundle. */
  bundle: string;
  /** Absolute; "" for the host's root under a throw-away layer. */
  rootfs: string;
  annotations: Record<string, string>;
  /**
   * Who sees to it. `attached`: a wrun that holds the lock for as long as it lives; the container is nobody's when the
   * lock is free. `detached`: commands, which hold the lock while they change it.
   */
  owner: "attached" | "detached";
  /**
   * What was last begun or done; whether it has ended since is found by looking (runtime/lifecycle/status.ts).
   * `starting` was written before init was told, so that a `start` that was killed leaves a question and no lie.
   */
  status: "creating" | "created" | "starting" | "running";
  terminal: boolean;
  /** Which namespaces it has, and where from. */
  namespaces: { type: NamespaceType; action: "create" | "join" | "share" }[];
  cgroupDriver: "cgroupfs" | "systemd";
  /** The scope unit, with `systemd`. */
  unit?: string | undefined;
  /** Whose manager has it: the host's, or the user's. */
  bus?: BusKind | undefined;
  /** The file that says whether it is frozen: freezer.state (v1) or cgroup.events (v2); "" without one. */
  freezer: string;
  /** Hooks that are still owed. The poststop ones only from the moment when others could run, or all is complete. */
  hooks: { poststart: Hook[]; poststop: Hook[] };
  /** ISO 8601. */
  created: string;
  /** /proc/sys/kernel/random/boot_id: pids and cgroups of another boot are gone. */
  bootId: string;
  /** The container's first process, null before there is one. */
  process: ProcessIdentity | null;
  /** What waits for it in wrun's place (launch/keeper.ts). */
  keeper: ProcessIdentity | null;
  /** Its cgroup in each hierarchy, by the mount point, and of the path to it what was made, outermost first. */
  cgroups: RecordedCgroup[];
  /** Its class of service (resctrl), null without one. */
  rdt: RecordedRdt | null;
  /** Host ids that the container's maps use, so that no other container gets them. */
  uids: { start: number; size: number }[];
  gids: { start: number; size: number }[];
}

export interface RecordedCgroup {
  /** The hierarchy's mount point. */
  mount: string;
  path: string;
  controllers: string[];
  /** What was made of the path, outermost first. */
  made: string[];
  /** A cgroup delegated to this user that wrun may have moved out of to make room; "" where there was no need. */
  left: string;
}

export interface RecordedRdt {
  /** The files that a process of the container is written to, in this order. */
  tasks: string[];
  /** The directories that were made, the inner one last. */
  made: string[];
}

/** Counted up when a reader of the old form would go wrong. */
export const record_version = 2;

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

/** Null when there is none: wrun ended before it made anything. Throws ERR_STATE_WRONG for that of another wrun. */
export function readRecord(directory: string): StateRecord | null {
  const path = join(directory, file);
  const record = readJson(path);
  if (record === null || record.version === record_version) return record;
  throw new WrunError({
    code: "ERR_STATE_WRONG",
    message: `\`${path}\` is of another version of wrun: ${record.version ?? 1}, and not ${record_version}`,
    hint: "delete the container with the wrun that made it",
    path,
  });
}

function readJson(path: string): StateRecord | null {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOTDIR: a file that is no container's has come into the state directory.
    if (code === "ENOENT" || code === "ENOTDIR" || error instanceof SyntaxError) return null;
    throw error;
  }
}

export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Null when there is no such process. */
export function identify(pid: number): ProcessIdentity | null {
  const fields = statFields(pid);
  return fields && { pid, started: Number(fields[19]) };
}

/** Does the process run, and is it the one that was meant? One that has ended and was not waited for does not run. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  const fields = statFields(pid);
  if (!fields || Number(fields[19]) !== started) return false;
  // A first thread that has ended is shown as a zombie while others run on.
  const [state, threads] = [fields[0], Number(fields[17])];
  return state !== "X" && (state !== "Z" || threads > 1);
}

/** /proc/PID/stat from its third field, the state, on. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything; the fields are counted from behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
