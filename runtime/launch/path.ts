import type { Label, OnErrno, Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  S_IFREG,
} from "./table-kernel.ts";

const open_how_bytes = 24;

/** How a path inside the container is looked up. The rootfs is hostile: see openat2(2) and CVE-2021-30465. */
export interface Lookup {
  flags?: number;
  /** Refuse every symbolic link, for places where a link can only be an attack (CVE-2019-19921). */
  plain?: boolean;
}

/** openat2 below the container's root: symbolic links stay inside, magic links are refused. */
export function openInRoot(
  scene: Scene,
  path: string,
  save: Slot,
  purpose: Purpose,
  lookup: Lookup = {},
  on?: OnErrno,
): void {
  openBelow(scene, scene.root, path, save, purpose, lookup, on);
}

export function openBelow(
  scene: Scene,
  root: Slot,
  path: string,
  save: Slot,
  purpose: Purpose,
  { flags = O_PATH, plain = false }: Lookup = {},
  on?: OnErrno,
): void {
  const { program } = scene;
  const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (plain ? RESOLVE_NO_SYMLINKS : 0);
  const how = program.words([flags | O_CLOEXEC, 0, resolve]);
  const text = program.text(path.replace(/^\/+/, "") || ".");
  // EAGAIN: a rename raced with the lookup (openat2(2)); the same step again.
  const again = program.label("again");
  program.place(again);
  program.call("openat2", [root, text, how, open_how_bytes], purpose, {
    save,
    on: { EAGAIN: again, ...on },
  });
}

/** Goes to the label when the open file is not a directory. */
export function unlessDirectory(scene: Scene, fd: Slot, to: Label, purpose: Purpose): void {
  const { program, launch } = scene;
  const how = program.words([O_PATH | O_CLOEXEC | O_DIRECTORY(launch.facts.arch), 0, 0]);
  program.call("openat2", [fd, program.text("."), how, open_how_bytes], purpose, {
    save: scene.scratch,
    on: { ENOTDIR: to },
  });
  scene.close(scene.scratch, purpose);
}

/** What a missing mount point is made as: a directory, a file, or whatever the open source is. */
export type MountPoint = "directory" | "file" | Slot;

/**
 * Opens the place of a mount in `scene.target`, making it where it is missing.
 *
 * Missing parts are made one by one with mkdirat below an fd that openat2 gave, never by path: between the check and
 * the use of a path the container's files may have been swapped (CVE-2024-45310).
 */
export function openMountPoint(
  scene: Scene,
  destination: string,
  as: MountPoint,
  purpose: Purpose,
  lookup: Lookup = {},
): void {
  const { program } = scene;
  const create = program.label("create");
  const done = program.label("done");
  openInRoot(scene, destination, scene.target, purpose, lookup, { ENOENT: create });
  program.jump(done, purpose);
  program.place(create);
  const parts = destination.split("/").filter((part) => part !== "" && part !== ".");
  openInRoot(scene, ".", scene.parent, purpose);
  for (let i = 1; i < parts.length; i++) {
    makeDirectory(scene, parts.slice(0, i).join("/"), parts[i - 1] as string, purpose, lookup);
  }
  makeLeaf(scene, parts.at(-1) ?? ".", as, purpose);
  scene.close(scene.parent, purpose);
  openInRoot(scene, destination, scene.target, purpose, lookup);
  program.place(done);
}

/** Replaces `scene.parent` by its child `name`, whose whole path is `path`. */
function makeDirectory(
  scene: Scene,
  path: string,
  name: string,
  purpose: Purpose,
  lookup: Lookup,
): void {
  const { program } = scene;
  const missing = program.label("missing");
  const next = program.label("next");
  openInRoot(scene, path, scene.target, purpose, lookup, { ENOENT: missing });
  program.jump(next, purpose);
  program.place(missing);
  program.call("mkdirat", [scene.parent, program.text(name), 0o755], purpose, {
    on: { EEXIST: "ignore" },
  });
  openInRoot(scene, path, scene.target, purpose, lookup);
  program.place(next);
  program.call("dup3", [scene.target, scene.parent, O_CLOEXEC], purpose);
  scene.close(scene.target, purpose);
}

function makeLeaf(scene: Scene, name: string, as: MountPoint, purpose: Purpose): void {
  const { program } = scene;
  const file = program.label("file");
  const made = program.label("made");
  const text = program.text(name);
  if (typeof as === "object") unlessDirectory(scene, as, file, purpose);
  if (as !== "file") {
    program.call("mkdirat", [scene.parent, text, 0o755], purpose, { on: { EEXIST: "ignore" } });
  }
  if (as !== "directory") {
    if (as !== "file") program.jump(made, purpose);
    program.place(file);
    // mknodat and never open(O_CREAT): it does not follow a link that was put there meanwhile.
    program.call("mknodat", [scene.parent, text, S_IFREG | 0o644, 0], purpose, {
      on: { EEXIST: "ignore" },
    });
  }
  program.place(made);
}
