/** What containers could leave on the host, before and after. */
import {
  type Dirent,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as assert from "uvu/assert";
import { mark, prefix, stateRoot, until } from "./launch.ts";

export interface Trace {
  mounts: string[];
  cgroups: string[];
  processes: string[];
  files: string[];
  descriptors: string[];
}

/** Of a directory tree: every name with its kind, owner, mode and size. */
export function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { mode, uid, gid, size, rdev } = lstatSync(`${root}/${name}`);
      return [
        name,
        mode.toString(8),
        uid,
        gid,
        (mode & 0o170000) === 0o040000 ? 0 : size,
        rdev,
      ].join(" ");
    });
}

export function trace(...trees: string[]): Trace {
  return {
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n"),
    cgroups: cgroups(),
    processes: processes(),
    files: [...names(stateRoot), ...ours(tmpdir()), ...ours("/run"), ...trees.flatMap(tree)],
    descriptors: descriptors(),
  };
}

/** Runs something and compares the host before and after. What ends by itself gets a moment to do so. */
export async function leavesNothing<T>(act: () => Promise<T>, ...trees: string[]): Promise<T> {
  const before = trace(...trees);
  const result = await act();
  await isAsBefore(before, ...trees);
  return result;
}

export async function isAsBefore(before: Trace, ...trees: string[]): Promise<void> {
  const same = (): boolean => JSON.stringify(trace(...trees)) === JSON.stringify(before);
  // A descriptor that libuv closes in its next turn, a process that its reaper has not waited for yet. Less than a test has.
  await until(same, "the state before", 20_000).catch(() =>
    assert.equal(difference(before, trace(...trees)), []),
  );
}

function difference(before: Trace, after: Trace): string[] {
  return (Object.keys(before) as (keyof Trace)[]).flatMap((kind) => [
    ...after[kind].filter((x) => !before[kind].includes(x)).map((x) => `left: ${kind}: ${x}`),
    ...before[kind].filter((x) => !after[kind].includes(x)).map((x) => `lost: ${kind}: ${x}`),
  ]);
}

function names(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: "utf8" }) : [];
}

const ours = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.includes(prefix));

/** All cgroups of containers of these tests, in every hierarchy. */
export function cgroups(root = "/sys/fs/cgroup"): string[] {
  return directories(root).flatMap((path) =>
    path.includes(prefix) ? [path] : cgroups(path).map((found) => found),
  );
}

function directories(path: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    // It was another's cgroup, and is gone.
    return [];
  }
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${path}/${entry.name}`);
}

/** Processes in our containers' cgroups, with our mark, or children of this process. */
export function processes(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter(isOurs)
    .map((pid) => `${pid} ${text(pid, "comm").trim()}`);
}

function isOurs(pid: string): boolean {
  const parent = text(pid, "stat")
    .replace(/^.*\) . /s, "")
    .split(" ")[0];
  return (
    parent === `${process.pid}` ||
    text(pid, "cgroup").includes(`/${prefix}`) ||
    (pid !== `${process.pid}` && text(pid, "environ").includes(mark))
  );
}

function text(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function descriptors(): string[] {
  return readdirSync("/proc/self/fd").flatMap((number) => {
    try {
      return [`${number} ${readlinkSync(`/proc/self/fd/${number}`)}`];
    } catch {
      // The one that this directory was read with.
      return [];
    }
  });
}
