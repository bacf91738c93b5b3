/** tmpcopyup: a new tmpfs begins with the files that it covers (config.md#mounts). */
import type { ListedFile } from "../../shim/file-list.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_WRONLY,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  S_IFIFO,
} from "./table-kernel.ts";

/** sendfile(2) moves this much at most. */
const bytes_most = 0x7ffff000;

/**
 * Copies what was listed from the open directory `from` to the root of the detached `tree`. A name is opened without following
 * any link: the image may have changed since, and then the launch ends. Times are not kept.
 */
export function copyUp(scene: Scene, files: readonly ListedFile[], from: Slot, tree: Slot): void {
  for (const file of files) {
    const purpose: Purpose = {
      say: `copy \`${file.path}\` into the new file system`,
      code: "ERR_MOUNT",
      path: file.path,
    };
    copy(scene, file, from, tree, purpose);
  }
}

function copy(
  scene: Scene,
  { path, type, mode, uid, gid, link }: ListedFile,
  from: Slot,
  tree: Slot,
  purpose: Purpose,
): void {
  const { program } = scene;
  const name = program.text(path);
  if (type === "directory" && path !== ".") program.call("mkdirat", [tree, name, 0o700], purpose);
  if (type === "symlink") program.call("symlinkat", [program.text(link), tree, name], purpose);
  if (type === "fifo") program.call("mknodat", [tree, name, S_IFIFO | 0o600, 0], purpose);
  if (type === "file") copyBytes(scene, path, from, tree, purpose);
  const owner = inside(scene, uid, gid);
  if (owner) {
    program.call("fchownat", [tree, name, ...owner, AT_SYMLINK_NOFOLLOW], purpose);
  }
  // After the owner, whose change takes set-id bits away.
  if (type !== "symlink") program.call("fchmodat", [tree, name, mode], purpose);
}

function copyBytes(scene: Scene, path: string, from: Slot, tree: Slot, purpose: Purpose): void {
  const { program, launch } = scene;
  const nofollow = O_NOFOLLOW(launch.facts.arch);
  const resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const how = program.words([O_NONBLOCK | O_CLOEXEC | nofollow, 0, resolve]);
  const source = scene.scratch;
  const copy = scene.parent;
  const count = program.slot();
  const again = program.label("again");
  program.call("openat2", [from, program.text(path), how, 24], purpose, { save: source });
  const flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | nofollow;
  program.call("openat", [tree, program.text(path), flags, 0o600], purpose, { save: copy });
  program.place(again);
  program.call("sendfile", [copy, source, 0, bytes_most], purpose, { save: count });
  program.jumpIf(count, "!=", 0, again, purpose);
  scene.close(source, purpose);
  scene.close(copy, purpose);
}

/** The owner as the container has it; none for ids that it does not map, which stay root's there. */
function inside({ launch }: Scene, uid: number, gid: number): [number, number] | undefined {
  const { uidMap, gidMap } = launch.decisions;
  const find = (map: NonNullable<typeof uidMap>["map"], id: number): number | undefined => {
    const line = map.find(({ hostId, size }) => id >= hostId && id < hostId + size);
    return line && line.containerId + id - line.hostId;
  };
  const owner = [uidMap ? find(uidMap.map, uid) : uid, gidMap ? find(gidMap.map, gid) : gid];
  const [user, group] = owner;
  return user === undefined || group === undefined ? undefined : [user, group];
}
