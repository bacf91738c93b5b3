/**
 * The default rootfs: the host's own `/`, read-only below a throw-away layer.
 *
 * One overlay for each directory of `/`, not one for all: overlayfs refuses a lower layer with mounts in it that a user
 * namespace may not take apart (clone_private_mount() in fs/namespace.c), and the host's `/` is full of them.
 */
import type { Facts } from "../../shim/facts/types.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import { openInRoot } from "./path.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_RDONLY } from "./table-kernel.ts";
import {
  attach,
  attachAside,
  cloneTree,
  makePrivate,
  newFilesystem,
  setAttributes,
} from "./tree.ts";

/** Not shown: what the container has its own of, and what is none of its business. */
const own_directories = ["dev", "proc", "run", "sys", "tmp"];
const hidden_directories = ["home", "lost+found", "root"];

/** Directories of `/` to lay over, and those to make empty. */
export function rootPlan(facts: Facts): { shown: string[]; empty: string[] } {
  const { directories } = facts.root;
  const hidden = [...own_directories, ...hidden_directories];
  return {
    shown: directories.filter((name) => !hidden.includes(name)).sort(),
    empty: [...new Set([...own_directories, "home", "root"])].sort(),
  };
}

/** Homes elsewhere, such as /var/lib/NAME or /data/home/NAME: covered by an empty directory. */
export function hiddenHome(facts: Facts): string | undefined {
  const { home } = facts.user;
  const [, top = "", below] = home.split("/");
  // A home such as /bin or /usr/sbin is that of a system user, and not one.
  const system = ["bin", "lib", "sbin", "usr"].includes(top);
  return below && !system && rootPlan(facts).shown.includes(top) ? home : undefined;
}

export function overlayHost(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = {
    say: "make the throw-away root",
    code: "ERR_ROOTFS",
    path: "/",
  };
  const layer = program.slot();
  newFilesystem(scene, "tmpfs", ["source=wrun", "mode=0755"], 0, layer, purpose);
  attachAside(scene, layer, purpose);
  newFilesystem(
    scene,
    "tmpfs",
    ["source=wrun", "mode=0755"],
    MOUNT_ATTR_NODEV,
    scene.root,
    purpose,
  );
  attachAside(scene, scene.root, purpose);
  const { shown, empty } = rootPlan(launch.facts);
  for (const name of empty) {
    const mode = name === "root" ? 0o700 : name === "tmp" ? 0o1777 : 0o755;
    program.call("mkdirat", [scene.root, program.text(name), mode], purpose);
  }
  for (const { name, to } of launch.facts.root.links) {
    const args = [program.text(to), scene.root, program.text(name)];
    program.call("symlinkat", args, purpose, { on: { EEXIST: "ignore" } });
  }
  for (const name of shown) showDirectory(scene, name, layer);
  scene.close(layer, purpose);
  hideHome(scene);
}

/** An overlay, or where overlayfs cannot, the directory itself, read-only. */
function showDirectory(scene: Scene, name: string, layer: Slot): void {
  const { program } = scene;
  const purpose: Purpose = {
    say: `lay a throw-away layer over the host's \`/${name}\``,
    code: "ERR_ROOTFS",
    path: `/${name}`,
    hint: "overlayfs must be available (wrun doctor); --rootfs DIR does without it",
  };
  const plain = program.label("plain");
  const ready = program.label("ready");
  for (const path of [name, `${name}/upper`, `${name}/work`]) {
    program.call("mkdirat", [layer, program.text(path), 0o755], purpose);
  }
  // overlayfs finds its layers by path: the working directory names the one that no path leads to.
  program.call("fchdir", [layer], purpose);
  newFilesystem(
    scene,
    "overlay",
    overlayOptions(scene, name),
    MOUNT_ATTR_NODEV,
    scene.tree,
    purpose,
    {
      EINVAL: plain,
      EACCES: plain,
    },
  );
  program.jump(ready, purpose);
  program.place(plain);
  scene.close(scene.scratch, purpose);
  bindReadonly(scene, name);
  program.place(ready);
  program.call("mkdirat", [scene.root, program.text(name), 0o755], purpose);
  openInRoot(scene, name, scene.target, purpose, { plain: true });
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
}

/** In a user namespace overlayfs keeps its marks in user.* attributes; trusted.* are not for it (overlayfs.rst). */
function overlayOptions(scene: Scene, name: string): string[] {
  const user = scene.createsUser || !scene.clonesFirst ? ["userxattr"] : [];
  const layers = [`lowerdir=/${name}`, `upperdir=${name}/upper`, `workdir=${name}/work`];
  return ["source=wrun", ...layers, ...user];
}

function bindReadonly(scene: Scene, name: string): void {
  const purpose: Purpose = {
    say: `show the host's \`/${name}\` read-only`,
    code: "ERR_ROOTFS",
    path: `/${name}`,
  };
  cloneTree(scene, `/${name}`, true, scene.tree, purpose);
  makePrivate(scene, scene.tree, purpose);
  const set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV;
  setAttributes(scene, scene.tree, { set }, true, purpose);
}

function hideHome(scene: Scene): void {
  const home = hiddenHome(scene.launch.facts);
  if (home === undefined) return;
  const { program } = scene;
  const purpose: Purpose = { say: `hide the host's \`${home}\``, code: "ERR_ROOTFS", path: home };
  const missing = program.label("missing");
  openInRoot(scene, home, scene.target, purpose, {}, { ENOENT: missing });
  newFilesystem(scene, "tmpfs", ["source=tmpfs", "mode=0755"], 0, scene.tree, purpose);
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
  program.place(missing);
}
