/** The first process: joins and makes namespaces with the rights of the host, then clones the container's process. */

import { report_kind } from "../../shim/program/encode.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import { setAffinity } from "./attribute.ts";
import { type CgroupEntry, cgroupEntries } from "./cgroup-entry.ts";
import { stayBehind } from "./keeper.ts";
import type { Scene } from "./launch.ts";
import { reportPlace, waitForHost } from "./report.ts";
import { stage } from "./stage.ts";
import {
  AT_FDCWD,
  CLONE_INTO_CGROUP,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_PARENT,
  fd_max,
  O_CLOEXEC,
  O_WRONLY,
  PR_SET_DUMPABLE,
  PR_SET_PDEATHSIG,
  SIGKILL,
} from "./table-kernel.ts";

const clone_args_bytes = 88;

export function firstProcess(scene: Scene): void {
  const { program, fds } = scene;
  const close: Purpose = { say: "close inherited files", code: "ERR_LAUNCH" };
  program.call("close_range", [fds.last + 1, fd_max, 0], close);
  if (scene.launch.how.keeper) stayBehind(scene);
  const die: Purpose = { say: "die with wrun", code: "ERR_LAUNCH" };
  program.call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0], die);
  writeScore(scene);
  setAffinity(scene, "initial");
  joinCgroups(scene, entriesOf(scene));
  setAffinity(scene, "final");
}

/** Inherited by fork, and written through the host's /proc, since the container's may be anything. */
function writeScore(scene: Scene): void {
  const score = scene.launch.spec.process?.oomScoreAdj;
  if (score === undefined) return;
  writeHostFile(scene, "/proc/self/oom_score_adj", `${score}`, {
    say: `set oom_score_adj to \`${score}\``,
    code: "ERR_LAUNCH",
    hint: "a lower value than wrun's own needs CAP_SYS_RESOURCE",
  });
}

/**
 * `0` is the writer itself. The container's process is cloned in these cgroups, so limits hold from its first
 * instruction and a cgroup namespace made by it has them as its roots (CVE-2025-47291).
 */
export function joinCgroups(scene: Scene, entries: readonly CgroupEntry[]): void {
  const { program, launch, fds } = scene;
  launch.decisions.cgroups.places.forEach((place, i) => {
    if (entries[i] === "clone" || entries[i] === "attached") return;
    const purpose: Purpose = {
      say: `enter the cgroup \`${place.path}\``,
      code: "ERR_CGROUP",
      path: place.path,
    };
    program.call("write", [fds.cgroups + i, program.text("0"), 1], purpose);
    program.call("close", [fds.cgroups + i], purpose);
  });
}

const entriesOf = ({ launch }: Scene): CgroupEntry[] =>
  cgroupEntries(launch.decisions, launch.facts.cgroup.hierarchies, { ...launch.how, clones: true });

function writeHostFile(scene: Scene, path: string, value: string, purpose: Purpose): void {
  const { program } = scene;
  const file = scene.scratch;
  const args = [AT_FDCWD, program.text(path), O_WRONLY | O_CLOEXEC, 0];
  program.call("openat", args, { ...purpose, path }, { save: file });
  const bytes = new TextEncoder().encode(value).length;
  program.call("write", [file, program.text(value), bytes], purpose);
  scene.close(file, purpose);
}

/** Joins, the user namespace, the clone. Afterwards the program goes on in the container's first process. */
export function enterNamespaces(scene: Scene): void {
  const { namespaces } = scene.launch.decisions;
  const { joinFirst, joinAfter, user } = namespaces;
  // All are opened before the first is joined: afterwards a path may mean another file, or none.
  const joined =
    user === "join" ? [...joinFirst, "user", ...joinAfter] : [...joinFirst, ...joinAfter];
  const open = new Map(joined.map((kind) => [kind, openNamespace(scene, kind)]));
  const join = (kind: string): void => joinNamespace(scene, open.get(kind));
  for (const kind of joinFirst) join(kind);
  if (user === "create") createUser(scene);
  if (user === "join") join("user");
  if (user !== "share") becomeRoot(scene);
  for (const kind of joinAfter) join(kind);
  if (namespaces.unshare & CLONE_NEWTIME) createTime(scene);
  protect(scene);
  clone(scene, namespaces.clone);
}

interface OpenNamespace {
  fd: Slot;
  flag: number;
  purpose: Purpose;
}

function openNamespace(scene: Scene, kind: string): OpenNamespace {
  const { program, launch } = scene;
  const decision = launch.decisions.namespaces.decisions.find((d) => d.kind === kind);
  if (!decision) throw new RangeError(`no decision about the ${kind} namespace`);
  const { path, flag } = decision;
  const purpose: Purpose = {
    say: `join the ${kind} namespace \`${path}\``,
    code: "ERR_NAMESPACE",
    path,
  };
  const fd = program.slot();
  program.call("openat", [AT_FDCWD, program.text(path), O_CLOEXEC, 0], purpose, { save: fd });
  return { fd, flag, purpose };
}

function joinNamespace(scene: Scene, namespace: OpenNamespace | undefined): void {
  if (!namespace) throw new RangeError("a namespace is joined that was not opened");
  const { fd, flag, purpose } = namespace;
  // The type is given, so that a path of another kind of namespace is refused (config-linux.md#namespaces).
  scene.program.call("setns", [fd, flag], purpose);
  scene.close(fd, purpose);
}

function createUser(scene: Scene): void {
  const { program } = scene;
  const purpose: Purpose = { say: "create a user namespace", code: "ERR_USERNS_DENIED" };
  program.call("unshare", [CLONE_NEWUSER], purpose);
  reportIdMaps(scene, purpose);
  waitForHost(scene, { say: "wait for the id maps", code: "ERR_LAUNCH" });
}

/** With its pid, which wrun does not know where another process of init's stays. */
function reportIdMaps(scene: Scene, purpose: Purpose): void {
  const { program, fds } = scene;
  const pid = program.slot();
  const message = reportPlace(scene, report_kind.ready, stage.idMaps);
  program.call("getpid", [], purpose, { save: pid });
  program.store(pid, { at: message.at + 8 }, 8, purpose);
  program.call("write", [fds.report, message, 16], purpose);
}

/** The lowest id of the map: with an unmapped id no file can be made (EOVERFLOW). */
function becomeRoot(scene: Scene): void {
  const { program, launch } = scene;
  const lowest = (map?: { containerId: number }[]): number =>
    Math.min(...(map ?? []).map((line) => line.containerId));
  const uid = launch.decisions.uidMap ? lowest(launch.decisions.uidMap.map) : 0;
  const gid = launch.decisions.gidMap ? lowest(launch.decisions.gidMap.map) : 0;
  const purpose: Purpose = { say: "become root of the user namespace", code: "ERR_IDMAP" };
  // EPERM: `deny` is in /proc/PID/setgroups (user_namespaces(7)).
  program.call("setgroups", [0, 0], purpose, { on: { EPERM: "ignore" } });
  program.call("setresgid", [gid, gid, gid], purpose);
  program.call("setresuid", [uid, uid, uid], purpose);
}

/** Offsets can be written only while no process is in the namespace: unshare puts children in it, not the caller. */
function createTime(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = { say: "create a time namespace", code: "ERR_NAMESPACE" };
  program.call("unshare", [CLONE_NEWTIME], purpose);
  const lines = Object.entries(launch.spec.linux?.timeOffsets ?? {}).map(
    ([clock, { secs = 0, nanosecs = 0 }]) => `${clock} ${secs} ${nanosecs}\n`,
  );
  if (lines.length === 0) return;
  writeHostFile(scene, "/proc/self/timens_offsets", lines.join(""), {
    say: "set the clock offsets of the time namespace",
    code: "ERR_NAMESPACE",
  });
}

/**
 * While it holds files of the host, other processes of a namespace that was joined must not trace it (CVE-2016-9962).
 * Before the clone, which hands it on: afterwards there would be a moment. In namespaces of its own there is nobody, and wrun
 * may still look at it (proc(5), /proc/PID/root).
 */
function protect(scene: Scene): void {
  const { decisions } = scene.launch.decisions.namespaces;
  const shared = decisions.some(
    (d) => (d.kind === "pid" || d.kind === "user") && d.action === "join",
  );
  if (!shared) return;
  const purpose: Purpose = { say: "forbid others to trace init", code: "ERR_LAUNCH" };
  scene.program.call("prctl", [PR_SET_DUMPABLE, 0, 0, 0, 0], purpose);
}

/** The descriptor of the cgroup that the container's process is cloned into. */
function clonedInto(scene: Scene): number | undefined {
  const into = entriesOf(scene).indexOf("clone");
  return into < 0 ? undefined : scene.fds.cgroups + into;
}

/** In the container: what it was cloned into is no business of its hooks. */
export function closeCgroup(scene: Scene): void {
  const cgroup = clonedInto(scene);
  if (cgroup === undefined) return;
  scene.program.call("close", [cgroup], { say: "close the cgroup", code: "ERR_LAUNCH" });
}

/** CLONE_PARENT: the container is a child of wrun (or of whoever takes over from it), not of init. */
function clone(scene: Scene, flags: number): void {
  const { program } = scene;
  const purpose: Purpose = { say: "clone the container's first process", code: "ERR_NAMESPACE" };
  const pid = program.slot();
  const child = program.label("child");
  const cgroup = clonedInto(scene);
  const all = (flags | CLONE_PARENT) + (cgroup === undefined ? 0 : CLONE_INTO_CGROUP);
  const args = program.words([all, ...new Array<number>(9).fill(0), cgroup ?? 0]);
  program.call("clone3", [args, clone_args_bytes], purpose, { save: pid });
  program.jumpIf(pid, "==", 0, child, purpose);
  const message = reportPlace(scene, report_kind.created, 0);
  program.store(pid, { at: message.at + 8 }, 8, purpose);
  program.call("write", [scene.fds.report, message, 16], purpose);
  program.call("exit_group", [0], purpose);
  program.place(child);
}
