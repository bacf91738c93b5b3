import type { OnErrno, Purpose, Slot, Value } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_SET_FLAG,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  MS_PRIVATE,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
} from "./table-kernel.ts";

/**
 * Detached mounts: open_tree(2) or fsopen(2), then mount_setattr(2), then move_mount(2). A mount gets its attributes
 * before anybody can reach it, and goes to an fd, not to a path.
 */

/** Clones the mount at a path of the host, with everything below it when `recursive`. */
export function cloneTree(
  scene: Scene,
  path: string,
  recursive: boolean,
  save: Slot,
  purpose: Purpose,
): void {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
  scene.program.call("open_tree", [AT_FDCWD, scene.program.text(path), flags], purpose, { save });
}

/** Clones the mount at an open file. */
export function cloneFd(
  scene: Scene,
  fd: Slot,
  recursive: boolean,
  save: Slot,
  purpose: Purpose,
): void {
  const flags =
    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  scene.program.call("open_tree", [fd, scene.program.text(""), flags], purpose, { save });
}

/** struct mount_attr of mount_setattr(2). */
export interface TreeAttributes {
  set?: number;
  clear?: number;
  propagation?: number;
  /** A descriptor of a user namespace, for MOUNT_ATTR_IDMAP. */
  namespace?: number;
}

export function setAttributes(
  scene: Scene,
  tree: Slot,
  { set = 0, clear = 0, propagation = 0, namespace = 0 }: TreeAttributes,
  recursive: boolean,
  purpose: Purpose,
): void {
  const { program } = scene;
  const attr = program.words([set, clear, propagation, namespace]);
  const flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  program.call("mount_setattr", [tree, program.text(""), flags, attr, 32], purpose);
}

/** A tree cloned from a shared mount of the host is in its peer group: what is mounted inside would appear outside. */
export function makePrivate(scene: Scene, tree: Slot, purpose: Purpose): void {
  setAttributes(scene, tree, { propagation: MS_PRIVATE }, true, purpose);
}

/**
 * A new filesystem as a detached mount in `save`. `options`: `key=value` or flags. `on`: where to go when the filesystem
 * refuses an option or to be made; the context is still open in `scene.scratch` then.
 */
export function newFilesystem(
  scene: Scene,
  type: string,
  options: readonly string[],
  attributes: number,
  save: Slot,
  purpose: Purpose,
  on?: OnErrno,
): void {
  const { program } = scene;
  const context = scene.scratch;
  program.call("fsopen", [program.text(type), FSOPEN_CLOEXEC], purpose, { save: context });
  for (const option of options) {
    const at = option.indexOf("=");
    const [command, key, value]: [number, string, Value] =
      at < 0
        ? [FSCONFIG_SET_FLAG, option, 0]
        : [FSCONFIG_SET_STRING, option.slice(0, at), program.text(option.slice(at + 1))];
    const say = `${purpose.say} with the option \`${option}\``;
    const set = [context, command, program.text(key), value, 0];
    program.call("fsconfig", set, { ...purpose, say }, on ? { on } : {});
  }
  const create = [context, FSCONFIG_CMD_CREATE, 0, 0, 0];
  program.call("fsconfig", create, purpose, on ? { on } : {});
  program.call("fsmount", [context, FSMOUNT_CLOEXEC, attributes], purpose, { save });
  scene.close(context, purpose);
}

/** Attaches a detached mount to an open mount point. */
export function attach(
  scene: Scene,
  tree: Slot,
  target: Slot,
  purpose: Purpose,
  on?: OnErrno,
): void {
  const { program } = scene;
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  const empty = program.text("");
  program.call("move_mount", [tree, empty, target, empty, flags], purpose, on ? { on } : {});
}

/**
 * Attaches a detached mount on top of `/` of this mount namespace, where it is reached by its fd only: a lookup of an
 * absolute path starts below it. The rootfs has to be the last that goes there; pivot() takes all of them away.
 */
export function attachAside(scene: Scene, tree: Slot, purpose: Purpose): void {
  const { program } = scene;
  scene.aside++;
  const args = [tree, program.text(""), AT_FDCWD, program.text("/"), MOVE_MOUNT_F_EMPTY_PATH];
  program.call("move_mount", args, purpose);
}
