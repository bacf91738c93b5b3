/** spec.mounts, in their order (config.md#mounts). */
import type { Purpose, Slot } from "../../shim/program/program.ts";
import { isBind, type MountOptions, mountOptionsOf } from "../spec/mount-option.ts";
import type { Mount } from "../spec/types.ts";
import { mountCgroup } from "./cgroup-mount.ts";
import type { Scene } from "./launch.ts";
import { openMountPoint } from "./path.ts";
import { attach, cloneTree, makePrivate, newFilesystem, setAttributes } from "./tree.ts";

/** Types whose place is never a symbolic link in an honest image (CVE-2019-19921, CVE-2023-27561). */
const plain_types = ["proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue"];

/** Opens every bind source before the first mount, so that no mount of the container can stand in its way. */
export function openSources(scene: Scene): void {
  (scene.launch.spec.mounts ?? []).forEach((mount, i) => {
    const options = mountOptionsOf(mount.options ?? []);
    if (!isBind(options)) return;
    const source = scene.program.slot();
    const path = mount.source ?? "";
    cloneTree(scene, path, options.bind !== "bind", source, {
      say: `open the source \`${path}\` of the mount \`${mount.destination}\``,
      code: "ERR_MOUNT_SOURCE",
      path,
    });
    scene.sources.set(i, source);
  });
}

export function mountAll(scene: Scene): void {
  (scene.launch.spec.mounts ?? []).forEach((mount, i) => {
    const options = mountOptionsOf(mount.options ?? []);
    const source = scene.sources.get(i);
    if (source) mountBind(scene, mount, options, source);
    else if (mount.type === "cgroup" || mount.type === "cgroup2")
      mountCgroup(scene, mount, options);
    else mountFilesystem(scene, mount, options);
  });
}

function mountBind(scene: Scene, mount: Mount, options: MountOptions, source: Slot): void {
  const purpose: Purpose = {
    say: `mount \`${mount.source}\` on \`${mount.destination}\``,
    code: "ERR_MOUNT_TARGET",
    path: mount.destination,
  };
  makePrivate(scene, source, purpose);
  applyOptions(scene, source, options, purpose);
  openMountPoint(scene, mount.destination, source, purpose);
  attach(scene, source, scene.target, purpose);
  scene.close(scene.target, purpose);
  propagate(scene, source, options, purpose);
}

function mountFilesystem(scene: Scene, mount: Mount, options: MountOptions): void {
  const type = mount.type ?? "none";
  const purpose: Purpose = {
    say: `mount \`${type}\` on \`${mount.destination}\``,
    code: "ERR_MOUNT",
    path: mount.destination,
  };
  const data = mountable(scene, type, options.data);
  const settings = [`source=${mount.source ?? type}`, ...options.fsFlags, ...data];
  newFilesystem(scene, type, settings, options.attrSet, scene.tree, purpose);
  if (options.recursiveSet || options.recursiveClear) {
    applyOptions(scene, scene.tree, { ...options, attrSet: 0, attrClear: 0 }, purpose);
  }
  const target: Purpose = { ...purpose, code: "ERR_MOUNT_TARGET" };
  const plain = plain_types.includes(type);
  openMountPoint(scene, mount.destination, "directory", target, { plain });
  attach(scene, scene.tree, scene.target, target);
  scene.close(scene.target, purpose);
  propagate(scene, scene.tree, options, purpose);
  scene.close(scene.tree, purpose);
}

/** devpts refuses a gid that the user namespace has no map for; tty is 5 on every Linux, but not in every map. */
function mountable(scene: Scene, type: string, data: readonly string[]): readonly string[] {
  const map = scene.launch.decisions.gidMap?.map;
  if (type !== "devpts" || !map) return data;
  const mapped = (gid: number): boolean =>
    map.some((line) => gid >= line.containerId && gid < line.containerId + line.size);
  return data.filter((option) => !option.startsWith("gid=") || mapped(Number(option.slice(4))));
}

export function applyOptions(
  scene: Scene,
  tree: Slot,
  options: Pick<MountOptions, "attrSet" | "attrClear" | "recursiveSet" | "recursiveClear">,
  purpose: Purpose,
): void {
  const { attrSet, attrClear, recursiveSet, recursiveClear } = options;
  if (attrSet || attrClear) {
    setAttributes(scene, tree, { set: attrSet, clear: attrClear }, false, purpose);
  }
  if (recursiveSet || recursiveClear) {
    setAttributes(scene, tree, { set: recursiveSet, clear: recursiveClear }, true, purpose);
  }
}

/** Only now: a detached tree that is shared would join a peer group of nobody. */
function propagate(scene: Scene, tree: Slot, options: MountOptions, purpose: Purpose): void {
  if (!options.propagation) return;
  const { flag, recursive } = options.propagation;
  setAttributes(scene, tree, { propagation: flag }, recursive, purpose);
}
