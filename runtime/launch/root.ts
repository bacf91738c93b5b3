/** The container's `/`: where it comes from, and the pivot into it. */
import type { Purpose } from "../../shim/program/program.ts";
import { overlayHost } from "./host-root.ts";
import { hasCreateHooks, type Scene } from "./launch.ts";
import {
  AT_FDCWD,
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  MOVE_MOUNT_F_EMPTY_PATH,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
} from "./table-kernel.ts";
import { attach, attachAside, cloneTree, makePrivate, setAttributes } from "./tree.ts";

/** Opens the rootfs directory. A trailing `/.` makes the kernel refuse what is not a directory. */
export function openRootfs(scene: Scene): void {
  const { rootfs } = scene.launch;
  if (rootfs.kind !== "directory") return;
  cloneTree(scene, `${rootfs.path}/.`, true, scene.root, {
    say: `open the rootfs \`${rootfs.path}\``,
    code: "ERR_ROOTFS",
    path: rootfs.path,
    hint: "the rootfs is a directory of the host: `--rootfs DIR`, or `root.path` of the bundle",
  });
}

/** Nothing that is mounted or unmounted from here on is seen outside. */
export function isolateMounts(scene: Scene): void {
  const { program } = scene;
  const purpose: Purpose = { say: "make the mount namespace private", code: "ERR_MOUNT" };
  program.call("mount", [0, program.text("/"), 0, MS_REC | MS_PRIVATE, 0], purpose);
}

export function attachRootfs(scene: Scene): void {
  const { rootfs } = scene.launch;
  if (rootfs.kind === "host-overlay") {
    overlayHost(scene);
    return;
  }
  const purpose: Purpose = {
    say: `attach the rootfs \`${rootfs.path}\``,
    code: "ERR_ROOTFS",
    path: rootfs.path,
  };
  makePrivate(scene, scene.root, purpose);
  if (hasCreateHooks(scene.launch.spec)) attachInPlace(scene, rootfs.path, purpose);
  else attachAside(scene, scene.root, purpose);
}

/**
 * On its own path: hooks that come before the pivot look for the container's mounts there, and put theirs there, as runc
 * and crun have it. pivot() finds one mount less on `/`, and the old root in its place.
 */
function attachInPlace(scene: Scene, path: string, purpose: Purpose): void {
  const { program, launch } = scene;
  const flags = O_PATH | O_CLOEXEC | O_DIRECTORY(launch.facts.arch);
  program.call("openat", [AT_FDCWD, program.text(path), flags, 0], purpose, { save: scene.target });
  attach(scene, scene.root, scene.target, purpose);
  scene.close(scene.target, purpose);
  scene.aside++;
}

/**
 * pivot_root(2), "pivot_root(".", ".")": the old root is stacked on the new one, then detached.
 *
 * What was attached aside is stacked on the old root, and umount2(".") takes the topmost mount only: so once for each.
 * One too few, and `/..` would be the host.
 */
function pivot(scene: Scene, purpose: Purpose): void {
  const { program } = scene;
  const here = program.text(".");
  program.call("fchdir", [scene.root], purpose);
  program.call("pivot_root", [here, here], purpose);
  for (let left = scene.aside; left > 0; left--) {
    program.call("umount2", [here, MNT_DETACH], purpose);
  }
}

/**
 * Where the host's root is a ramfs, which pivot_root(2) refuses. The rootfs lies on top of `/` already, as MS_MOVE would
 * put it, so that `..` leads nowhere; the mounts of the host stay below, out of reach of paths.
 *
 * In sight of the kernel they are still there, and it allows a new procfs or sysfs only to who has a whole one, without
 * masks: so the host's go first, or are covered.
 */
function coverHost(scene: Scene, purpose: Purpose): void {
  const { program, launch } = scene;
  for (const { point, type } of [...launch.facts.mounts].reverse()) {
    if (type !== "proc" && type !== "sysfs") continue;
    const covered = program.label("covered");
    const keep = program.label("keep");
    const path = program.text(point);
    program.call("umount2", [path, MNT_DETACH], purpose, {
      on: { EINVAL: keep, EPERM: keep, ENOENT: "ignore" },
    });
    program.jump(covered, purpose);
    program.place(keep);
    const tmpfs = program.text("tmpfs");
    program.call("mount", [tmpfs, path, tmpfs, MS_RDONLY, 0], purpose, {
      on: { ENOENT: "ignore" },
    });
    program.place(covered);
  }
  if (hasCreateHooks(launch.spec)) {
    // Only on top of `/` nothing of the host is above it.
    const args = [scene.root, program.text(""), AT_FDCWD, program.text("/")];
    program.call("move_mount", [...args, MOVE_MOUNT_F_EMPTY_PATH], purpose);
  }
  program.call("fchdir", [scene.root], purpose);
  program.call("chroot", [program.text(".")], purpose);
}

export function changeRoot(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = { say: "make the rootfs the root directory", code: "ERR_ROOTFS" };
  if (launch.how.pivot) pivot(scene, purpose);
  else coverHost(scene, purpose);
  program.call("chdir", [program.text("/")], purpose);
  if (launch.spec.root?.readonly) {
    const readonly: Purpose = { say: "make the rootfs read-only", code: "ERR_ROOTFS" };
    setAttributes(scene, scene.root, { set: MOUNT_ATTR_RDONLY }, false, readonly);
  }
  const propagation = launch.spec.linux?.rootfsPropagation;
  if (propagation && propagation !== "private") {
    const flag = { shared: MS_SHARED, slave: MS_SLAVE, unbindable: MS_UNBINDABLE }[propagation];
    const shared: Purpose = { say: `make the rootfs ${propagation}`, code: "ERR_ROOTFS" };
    program.call("mount", [0, program.text("/"), 0, flag, 0], shared);
  }
}
