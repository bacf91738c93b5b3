import { readFileSync } from "node:fs";
import { errnoName } from "../../shim/errno.ts";
import { isErrno } from "../../shim/error.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { openDirectory } from "../../shim/files.ts";
import type { Program } from "../../shim/program/program.ts";
import { type Node, rootView } from "../../shim/root-view.ts";
import type { WrunError } from "../error.ts";
import type { Spec } from "../spec/types.ts";
import type { Who } from "./access.ts";
import { searchPath } from "./candidates.ts";
import { explainExec } from "./exec.ts";
import { explainStep } from "./step.ts";

export interface Failure {
  program: Program;
  spec: Spec;
  facts: Facts;
  /** Of the host, absolute: what to look at where the failed process's own root cannot be. */
  rootfs: string;
  /** Index of the step that failed, and the errno as a number. */
  index: number;
  errno: number;
  /** The process that failed, which still stands. */
  pid: number;
}

/** After one of these a process sees the container's root. */
const enters: readonly string[] = ["pivot_root", "chroot"];

/**
 * Explains a step that failed by what the process that failed has before its eyes: its root, its ids, its rights.
 *
 * Throws RangeError for an index that the program does not have.
 */
export function explainFailure(failure: Failure): WrunError {
  const { program, spec, facts, index, errno, pid } = failure;
  const step = program.steps[index];
  if (!step)
    throw new RangeError(`step ${index} of ${program.steps.length} is said to have failed`);
  const who = whoIs(pid);
  using host = tryOpen("/");
  const inside = program.steps
    .slice(0, index)
    .some((earlier) => earlier.kind === "call" && enters.includes(earlier.call));
  using own = inside ? tryOpen(`/proc/${pid}/root`) : undefined;
  using rootfs = own ? undefined : tryOpen(failure.rootfs);
  const place = own ?? rootfs;
  const root = place && rootView(place);
  const name = errnoName(errno);
  const { say, code } = step.purpose;
  const at = { index, of: program.steps.length, say };
  if (root && code.startsWith("ERR_EXEC_")) {
    const { args = [], env = [], cwd = "/" } = spec.process ?? {};
    const mounts = own ? [] : spec.mounts;
    return explainExec({
      errno: name,
      args,
      path: searchPath(env),
      cwd,
      root,
      mounts,
      step: at,
      ...who,
    });
  }
  return explainStep({
    ...at,
    purpose: step.purpose,
    syscall: step.kind === "call" ? step.call : "",
    errno: name,
    facts,
    who,
    root,
    host: host && rootView(host),
  });
}

/**
 * Undefined where it may not be opened: /proc/PID/root of a process that is not dumpable is closed to an ordinary
 * user, also to the owner of its user namespace (man 2 ptrace, PTRACE_MODE_READ_FSCREDS).
 */
function tryOpen(path: string): Fd | undefined {
  try {
    return openDirectory(path);
  } catch (error) {
    if (isErrno(error)) return undefined;
    throw error;
  }
}

const cap_dac_override = 1n << 1n;

/** Who a process is by /proc/PID/status, whose ids are those of the reader. */
function whoIs(pid: number): Who {
  const status = readProc(pid, "status");
  const numbers = (field: string) =>
    (new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "")
      .split(/\s+/)
      .filter((text) => text !== "")
      .map(Number);
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const uids = hostIds(pid, "uid_map");
  const gids = hostIds(pid, "gid_map");
  const [, uid = 0] = numbers("Uid");
  const [, gid = 0] = numbers("Gid");
  return {
    uid,
    gid,
    groups: numbers("Groups"),
    // Capabilities of a user namespace reach only files whose owners it has a map for (man 7 user_namespaces).
    overrides: (node: Node) =>
      (effective & cap_dac_override) !== 0n && uids(node.uid) && gids(node.gid),
  };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It was killed meanwhile.
    return "";
  }
}

/** Has a process's map a place for this id, as this process knows it. */
function hostIds(pid: number, file: "uid_map" | "gid_map"): (id: number) => boolean {
  const map = readProc(pid, file);
  // The second column is in the reader's namespace, or when that is the same one, in its parent's.
  if (map === readProc(process.pid, file)) return () => true;
  const extents = map
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return (id) => extents.some(([, start = 0, size = 0]) => id >= start && id < start + size);
}
