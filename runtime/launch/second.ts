/** The first steps of the container's first process. */
import type { Purpose } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import { CLONE_NEWCGROUP, PR_SET_PDEATHSIG, SIGKILL } from "./table-kernel.ts";

/** Cleared by fork, so asked for again (prctl(2)). A setuid program clears it, too: the next wrun command cleans up. */
export function dieWithHost(scene: Scene): void {
  const purpose: Purpose = { say: "die with wrun", code: "ERR_LAUNCH" };
  scene.program.call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0], purpose);
}

export function liveOn({ program }: Scene): void {
  const purpose: Purpose = { say: "live on without wrun", code: "ERR_LAUNCH" };
  program.call("prctl", [PR_SET_PDEATHSIG, 0, 0, 0, 0], purpose);
}

/** Only here: its root is the cgroup of the process that makes it (cgroup_namespaces(7)). */
export function createCgroupNamespace(scene: Scene): void {
  const flags = scene.launch.decisions.namespaces.unshareInside;
  if (!(flags & CLONE_NEWCGROUP)) return;
  const purpose: Purpose = { say: "create a cgroup namespace", code: "ERR_NAMESPACE" };
  scene.program.call("unshare", [CLONE_NEWCGROUP], purpose);
}

/** Modes of what init makes are meant as written. */
export function freeUmask(scene: Scene): void {
  scene.program.call("umask", [0], { say: "clear the umask", code: "ERR_LAUNCH" });
}
