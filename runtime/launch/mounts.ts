/** spec.mounts, in their order (config.md#mounts). */
import type { ListedFile } from "../../shim/file-list.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { MountsPlan } from "../../wasm/generated/host.js";
import type { Mount } from "../spec/types.ts";
import { mountCgroup } from "./cgroup-mount.ts";
import { copyUp } from "./copy-up.ts";
import { mapIds } from "./id-map.ts";
import type { Scene } from "./launch.ts";
import { openMountPoint } from "./path.ts";
import { attach, cloneTree, makePrivate, newFilesystem, setAttributes } from "./tree.ts";

/** Types whose place is never a symbolic link in an honest image (CVE-2019-19921, CVE-2023-27561). */
export const plain_types: readonly string[] = [
  "proc",
  "sysfs",
  "cgroup",
  "cgroup2",
  "devpts",
  "mqueue",
];

/** Opens every bind source before the first mount, so that no mount of the container can stand in its way. */
export function openSources(scene: Scene): void {
  (scene.launch.spec.mounts ?? []).forEach((mount, i) => {
    const { bind } = optionsOf(scene, i);
    if (bind === "none") return;
    const source = scene.program.slot();
    const path = mount.source ?? "";
    cloneTree(scene, path, bind === "rbind", source, {
      say: `open the source \`${path}\` of the mount \`${mount.destination}\``,
      code: "ERR_MOUNT_SOURCE",
      path,
    });
    mapIds(scene, i, mount, source);
    scene.sources.set(i, source);
  });
}

/** What the engine made of the options of spec.mounts[i]. */
export function optionsOf({ launch }: Scene, i: number): MountsPlan {
  const plan = launch.decisions.mounts[i];
  if (!plan) throw new RangeError(`no decision about the options of mount ${i}`);
  return plan;
}

export function mountAll(scene: Scene): void {
  (scene.launch.spec.mounts ?? []).forEach((mount, i) => {
    const options = optionsOf(scene, i);
    const source = scene.sources.get(i);
    if (source) mountBind(scene, mount, options, source);
    else if (mount.type === "cgroup" || mount.type === "cgroup2")
      mountCgroup(scene, mount, options);
    else mountFilesystem(scene, mount, options, i);
  });
}

function mountBind(scene: Scene, mount: Mount, options: MountsPlan, source: Slot): void {
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

function mountFilesystem(scene: Scene, mount: Mount, options: MountsPlan, index: number): void {
  const type = mount.type ?? "none";
  const purpose: Purpose = {
    say: `mount \`${type}\` on \`${mount.destination}\``,
    code: "ERR_MOUNT",
    path: mount.destination,
  };
  const data = mountable(scene, type, options.data);
  const label = labelOf(scene, type);
  const flags = known(type, options.fsFlags);
  const settings = [`source=${mount.source ?? type}`, ...flags, ...data, ...label];
  const files = scene.launch.copies.get(index) ?? [];
  // What is to be filled is writable until then.
  const first = files.length > 0 ? 0 : options.attributes.set;
  newFilesystem(scene, type, settings, first, scene.tree, purpose);
  const target: Purpose = { ...purpose, code: "ERR_MOUNT_TARGET" };
  const plain = plain_types.includes(type);
  openMountPoint(scene, mount.destination, "directory", target, { plain });
  copyUp(scene, withMode(files, options), scene.target, scene.tree);
  if (files.length > 0) applyAttributes(scene, scene.tree, options.attributes, false, purpose);
  applyAttributes(scene, scene.tree, options.recursive, true, purpose);
  attach(scene, scene.tree, scene.target, target);
  scene.close(scene.target, purpose);
  propagate(scene, scene.tree, options, purpose);
  scene.close(scene.tree, purpose);
}

/** mount(2) takes MS_I_VERSION for every type; to fsconfig(2) it is an option of ext4's, and EINVAL to all others. */
function known(type: string, flags: readonly string[]): readonly string[] {
  return type.startsWith("ext") ? flags : flags.filter((flag) => flag !== "i_version");
}

/** The directory's own rights are the new file system's, unless `mode=` says others. */
function withMode(files: readonly ListedFile[], { data }: MountsPlan): readonly ListedFile[] {
  const hasMode = data.some((option) => option.startsWith("mode="));
  return hasMode ? files.filter(({ path }) => path !== ".") : files;
}

/** For SELinux (config-linux.md#mount-label); these types have labels of their own, or none. */
function labelOf({ launch }: Scene, type: string): string[] {
  const { mountLabel } = launch.spec.linux ?? {};
  if (mountLabel === undefined || ["proc", "sysfs", "mqueue"].includes(type)) return [];
  return [`context=${mountLabel}`];
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
  options: MountsPlan,
  purpose: Purpose,
): void {
  applyAttributes(scene, tree, options.attributes, false, purpose);
  applyAttributes(scene, tree, options.recursive, true, purpose);
}

function applyAttributes(
  scene: Scene,
  tree: Slot,
  attributes: MountsPlan["attributes"],
  recursive: boolean,
  purpose: Purpose,
): void {
  if (attributes.set || attributes.clear)
    setAttributes(scene, tree, attributes, recursive, purpose);
}

/** Only now: a detached tree that is shared would join a peer group of nobody. */
function propagate(scene: Scene, tree: Slot, options: MountsPlan, purpose: Purpose): void {
  if (!options.propagation) return;
  const { flag, recursive } = options.propagation;
  setAttributes(scene, tree, { propagation: flag }, recursive, purpose);
}
