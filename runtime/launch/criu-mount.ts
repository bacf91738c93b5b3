/**
 * What CRIU finds in its mount namespace for a restore: everything that the container has mounted from outside, with the
 * attributes and the ids that it is to have. CRIU binds it from there, and sets no attributes of its own reliably.
 */
import type { Purpose, Slot } from "../../shim/program/program.ts";
import { joined, masked_name } from "../criu/external.ts";
import type { Mount } from "../spec/types.ts";
import { cgroupViews } from "./cgroup-mount.ts";
import { boundDevices, hostNode } from "./device.ts";
import type { Scene } from "./launch.ts";
import { applyOptions, openSources, optionsOf, plain_types } from "./mounts.ts";
import { type MountPoint, openMountPoint } from "./path.ts";
import {
  AT_FDCWD,
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
} from "./table-kernel.ts";
import { attach, cloneFd, cloneTree, makePrivate, newFilesystem, setAttributes } from "./tree.ts";

/** By CRIU's name of it, and its path in sight of CRIU. */
export interface External {
  name: string;
  path: string;
}

/** The rootfs where it is, to be cloned more than once. */
export function openOrigin(scene: Scene): Slot {
  const { program, launch } = scene;
  const slot = program.slot();
  const path = launch.rootfs.kind === "directory" ? launch.rootfs.path : "/";
  const purpose: Purpose = { say: `open the rootfs \`${path}\``, code: "ERR_ROOTFS", path };
  const args = [AT_FDCWD, program.text(`${path}/.`), O_PATH | O_CLOEXEC, 0];
  program.call("openat", args, purpose, { save: slot });
  return slot;
}

/** Every external mount of the container, each in a place of its own; and an empty one for the rootfs. */
export function layOut(scene: Scene, directory: string): External[] {
  const purpose: Purpose = { say: "lay the container's mounts ready for CRIU", code: "ERR_MOUNT" };
  openSources(scene);
  newFilesystem(scene, "tmpfs", ["source=tmpfs", "mode=0755"], 0, scene.root, purpose);
  attachAt(scene, scene.root, directory, purpose);
  openMountPoint(scene, "/root", "directory", purpose);
  scene.close(scene.target, purpose);
  const externals: External[] = [];
  const put = (name: string, tree: Slot, as: MountPoint): string => {
    const place = `/${externals.length}`;
    openMountPoint(scene, place, as, purpose);
    attach(scene, tree, scene.target, purpose);
    scene.close(scene.target, purpose);
    externals.push({ name, path: `${directory}${place}` });
    return `${directory}${place}`;
  };
  const putTree = (name: string, as: MountPoint): void => {
    put(name, scene.tree, as);
    scene.close(scene.tree, purpose);
  };
  for (const [i, source] of scene.sources) {
    const mount = scene.launch.spec.mounts?.[i] as Mount;
    makePrivate(scene, source, purpose);
    applyOptions(scene, source, optionsOf(scene, i), purpose);
    const place = put(mount.destination, source, source);
    externals.push(...submounts(scene, i, mount, place));
  }
  if ((scene.launch.spec.linux?.maskedPaths ?? []).length > 0) {
    hostNode(scene, "/dev/null", purpose);
    setAttributes(scene, scene.tree, { set: MOUNT_ATTR_RDONLY }, false, purpose);
    putTree(masked_name, "file");
  }
  for (const path of boundDevices(scene)) {
    hostNode(scene, path, purpose);
    putTree(path, "file");
  }
  for (const { name, path, attributes } of boundCgroups(scene)) {
    cloneTree(scene, path, false, scene.tree, purpose);
    makePrivate(scene, scene.tree, purpose);
    setAttributes(scene, scene.tree, { set: attributes }, false, purpose);
    putTree(name, "directory");
  }
  scene.close(scene.root, purpose);
  return externals;
}

/** What comes along with an rbind: each is a mount of its own to CRIU. */
function submounts(
  scene: Scene,
  i: number,
  { source = "", destination }: Mount,
  place: string,
): External[] {
  if (optionsOf(scene, i).bind !== "rbind") return [];
  const from = source.replace(/\/+$/, "");
  const rests = scene.launch.facts.mounts
    .filter(({ point }) => point.startsWith(`${from}/`))
    .map(({ point }) => point.slice(from.length));
  return [...new Set(rests)].map((rest) => ({
    name: joined(destination, rest),
    path: `${place}${rest}`,
  }));
}

/** v1 without a cgroup namespace of its own (mountCgroup): the container's directory of each hierarchy. */
function boundCgroups(scene: Scene): { name: string; path: string; attributes: number }[] {
  const views = cgroupViews(scene);
  const isV2 = views.length === 1 && views[0]?.type === "cgroup2";
  if (isV2 || scene.creates("cgroup")) return [];
  return (scene.launch.spec.mounts ?? []).flatMap(({ type, destination }, i) => {
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const attributes = optionsOf(scene, i).attributes.set;
    return views.map(({ directory, path }) => {
      return { name: joined(destination, `/${directory}`), path, attributes };
    });
  });
}

/**
 * What the launch makes in the rootfs where it is missing: CRIU only mounts. Below a file system of the container's own
 * there is nothing to make, CRIU has its content; a bind is mounted, since another may lie within.
 */
export function makeMountPoints(scene: Scene, rootfs: Slot, directory: string): void {
  const { program, launch } = scene;
  const mounts = launch.spec.mounts ?? [];
  const purpose: Purpose = { say: `cover \`${directory}\` for CRIU`, code: "ERR_ROOTFS" };
  cloneFd(scene, rootfs, true, scene.root, purpose);
  makePrivate(scene, scene.root, purpose);
  attachAt(scene, scene.root, directory, purpose);
  mounts.forEach(({ destination, type = "" }, i) => {
    const covered = mounts.slice(0, i).some((other, at) => {
      const own = other.destination.replace(/\/+$/, "");
      return !scene.sources.has(at) && destination.startsWith(`${own}/`);
    });
    if (covered) return;
    const say = `make the mount point \`${destination}\``;
    const target: Purpose = { say, code: "ERR_MOUNT_TARGET", path: destination };
    const source = scene.sources.get(i);
    const plain = !source && plain_types.includes(type);
    openMountPoint(scene, destination, source ?? "directory", target, { plain });
    if (source) {
      cloneFd(scene, source, true, scene.tree, target);
      attach(scene, scene.tree, scene.target, target);
      scene.close(scene.tree, target);
    }
    scene.close(scene.target, target);
  });
  program.call("umount2", [program.text(directory), MNT_DETACH], purpose);
  scene.close(scene.root, purpose);
}

/**
 * CRIU wants the root to be a mount, and finds it as it was when the container was made. It binds it with its attributes,
 * and sets none itself.
 */
export function showRootfs(scene: Scene, rootfs: Slot, directory: string): void {
  const purpose: Purpose = { say: "show the rootfs to CRIU", code: "ERR_ROOTFS" };
  cloneFd(scene, rootfs, true, scene.root, purpose);
  makePrivate(scene, scene.root, purpose);
  if (scene.launch.spec.root?.readonly)
    setAttributes(scene, scene.root, { set: MOUNT_ATTR_RDONLY }, false, purpose);
  attachAt(scene, scene.root, directory, purpose);
}

/** By path: wrun's state directory, or what is in the file system that covers it. */
function attachAt(scene: Scene, tree: Slot, directory: string, purpose: Purpose): void {
  const { program, launch } = scene;
  const flags = O_PATH | O_CLOEXEC | O_DIRECTORY(launch.facts.arch);
  const args = [AT_FDCWD, program.text(directory), flags, 0];
  program.call("openat", args, purpose, { save: scene.target });
  attach(scene, tree, scene.target, purpose);
  scene.close(scene.target, purpose);
}
