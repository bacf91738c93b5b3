import { fstatSync } from "node:fs";
import { entries } from "./directory.ts";
import { isErrno } from "./error.ts";
import type { Fd } from "./fd.ts";
import { open_flags, openat2, resolve, resolve_own } from "./files.ts";
import { linkOf } from "./root-view.ts";

/** One file of a directory tree. Ids are those that this process sees. */
export interface ListedFile {
  /** Relative to the tree, "." for its root, which comes first; a directory comes before what is in it. */
  path: string;
  type: "directory" | "file" | "symlink" | "fifo";
  mode: number;
  uid: number;
  gid: number;
  /** Where a symbolic link leads, "" otherwise. */
  link: string;
}

/**
 * All files of the directory `path` below `root`, without following a symbolic link in it or entering another mount; [] when
 * there is no such directory. Nodes of devices and sockets are left out. Throws RangeError when there are more than `max`.
 */
export function listFiles(root: Fd, path: string, max: number): ListedFile[] {
  const list: ListedFile[] = [];
  try {
    using top = openat2(
      root,
      path.replace(/^\/+/, "") || ".",
      open_flags.path | open_flags.directory,
      {
        resolve: resolve.inRoot | resolve.noMagiclinks,
      },
    );
    add(top, ".", list, max);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw error;
  }
  return list;
}

function add(file: Fd, path: string, list: ListedFile[], max: number): void {
  const stat = fstatSync(file.number);
  const type = stat.isDirectory()
    ? "directory"
    : stat.isFile()
      ? "file"
      : stat.isSymbolicLink()
        ? "symlink"
        : stat.isFIFO()
          ? "fifo"
          : undefined;
  if (type === undefined) return;
  if (list.length === max)
    throw new RangeError(`\`${file.name}\` is one of more than ${max} files`);
  const link = type === "symlink" ? linkOf(file) : "";
  list.push({ path, type, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, link });
  if (type !== "directory") return;
  for (const { name } of entries(file)) {
    try {
      const flags = open_flags.path | open_flags.nofollow;
      using child = openat2(file, name, flags, { resolve: resolve_own });
      add(child, path === "." ? name : `${path}/${name}`, list, max);
    } catch (error) {
      // EXDEV: another mount, which the container does not see either. ENOENT: gone, or not a name of ours.
      if (!isErrno(error, "EXDEV", "ENOENT")) throw error;
    }
  }
}
