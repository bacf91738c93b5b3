/** Mounts that show other ids than their file system has (mount_setattr(2), "ID-mapped mounts"). */
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { IdMapsMountPlan } from "../../wasm/generated/host.js";
import type { Mount } from "../spec/types.ts";
import type { Scene } from "./launch.ts";
import { MOUNT_ATTR_IDMAP } from "./table-kernel.ts";
import { setAttributes } from "./tree.ts";

export type MountMap = Pick<IdMapsMountPlan, "uids" | "gids">;

/** The user namespaces that a container's mounts need: one for all that have the same maps. */
export function mountMaps(plans: readonly (IdMapsMountPlan | null)[]): MountMap[] {
  return [...new Map(plans.flatMap((plan) => (plan ? [[key(plan), plan]] : []))).values()];
}

function key({ uids, gids }: MountMap): string {
  return JSON.stringify([uids, gids]);
}

/** Before anything can be reached by the mount, and with the rights of the host, which the file system belongs to. */
export function mapIds(scene: Scene, index: number, mount: Mount, tree: Slot): void {
  const plans = scene.launch.decisions.idMappedMounts;
  const plan = plans[index];
  if (!plan) return;
  const maps = mountMaps(plans).map(key);
  const namespace = scene.fds.idMaps + maps.indexOf(key(plan));
  const purpose: Purpose = {
    say: `map the ids of the mount \`${mount.destination}\``,
    code: "ERR_MOUNT",
    path: mount.source ?? "",
    hint: "not every file system can do it: man 2 mount_setattr names those that do",
  };
  setAttributes(scene, tree, { set: MOUNT_ATTR_IDMAP, namespace }, plan.recursive, purpose);
}
