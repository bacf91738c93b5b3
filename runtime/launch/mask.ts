/** linux.maskedPaths and linux.readonlyPaths. What cannot be masked fails the launch, unless it is not there. */
import type { Purpose } from "../../shim/program/program.ts";
import { hostNode } from "./device.ts";
import type { Scene } from "./launch.ts";
import { openInRoot, unlessDirectory } from "./path.ts";
import { MOUNT_ATTR_RDONLY } from "./table-kernel.ts";
import { attach, attachAside, cloneFd, newFilesystem, setAttributes } from "./tree.ts";

/**
 * The empty directory that covers masked ones. Made before the rootfs is attached and so below it: a mount can be
 * cloned only while it is attached somewhere (before Linux 6.15), and on top of the rootfs `/..` would lead to it.
 */
export function makeEmpty(scene: Scene): void {
  if ((scene.launch.spec.linux?.maskedPaths ?? []).length === 0) return;
  const purpose: Purpose = { say: "make the empty directory of masked paths", code: "ERR_MOUNT" };
  const options = ["source=tmpfs", "mode=0755"];
  newFilesystem(scene, "tmpfs", options, MOUNT_ATTR_RDONLY, scene.empty, purpose);
  attachAside(scene, scene.empty, purpose);
}

export function maskPaths(scene: Scene): void {
  for (const path of scene.launch.spec.linux?.maskedPaths ?? []) mask(scene, path);
}

function mask(scene: Scene, path: string): void {
  const { program } = scene;
  const purpose: Purpose = { say: `mask \`${path}\``, code: "ERR_MOUNT", path };
  const missing = program.label("missing");
  const file = program.label("file");
  const cover = program.label("cover");
  openInRoot(scene, path, scene.target, purpose, {}, { ENOENT: missing });
  unlessDirectory(scene, scene.target, file, purpose);
  cloneFd(scene, scene.empty, false, scene.tree, purpose);
  program.jump(cover, purpose);
  program.place(file);
  // The node is the host's: writable, its owner in the container could change its mode for everybody.
  hostNode(scene, "/dev/null", purpose);
  setAttributes(scene, scene.tree, { set: MOUNT_ATTR_RDONLY }, false, purpose);
  program.place(cover);
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
  program.place(missing);
}

export function protectPaths(scene: Scene): void {
  for (const path of scene.launch.spec.linux?.readonlyPaths ?? []) {
    const { program } = scene;
    const purpose: Purpose = { say: `make \`${path}\` read-only`, code: "ERR_MOUNT", path };
    const missing = program.label("missing");
    openInRoot(scene, path, scene.target, purpose, {}, { ENOENT: missing });
    cloneFd(scene, scene.target, true, scene.tree, purpose);
    setAttributes(scene, scene.tree, { set: MOUNT_ATTR_RDONLY }, true, purpose);
    attach(scene, scene.tree, scene.target, purpose);
    scene.close(scene.tree, purpose);
    scene.close(scene.target, purpose);
    program.place(missing);
  }
}
