/** The container's `/`: where it comes from, and the pivot into it. */
import type { Purpose } from "../../shim/program/program.ts";
import { overlayHost } from "./host-root.ts";
import type { Scene } from "./launch.ts";
import {
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from "./table-kernel.ts";
import { attachAside, cloneTree, makePrivate, setAttributes } from "./tree.ts";

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
  attachAside(scene, scene.root, purpose);
}

/**
 * pivot_root(2), "pivot_root(".", ".")": the old root is stacked on the new one, then detached.
 *
 * What was attached aside is stacked on the old root, and umount2(".") takes the topmost mount only: so once for each.
 * One too few, and `/..` would be the host.
 */
export function pivot(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = { say: "make the rootfs the root directory", code: "ERR_ROOTFS" };
  const here = program.text(".");
  program.call("fchdir", [scene.root], purpose);
  program.call("pivot_root", [here, here], purpose);
  for (let left = scene.aside; left > 0; left--) {
    program.call("umount2", [here, MNT_DETACH], purpose);
  }
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
