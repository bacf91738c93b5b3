/** What a dump has to know of the container's first process: its mounts, files and namespaces. */
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { isErrno } from "../../shim/error.ts";
import { type MountInfo, parseMountinfo } from "../../shim/facts/mountinfo.ts";
import { open_flags, openat2, openDirectory, resolve } from "../../shim/files.ts";
import type { NamespaceType } from "../spec/types.ts";
import type { OpenFile } from "./descriptor.ts";
import type { Found } from "./external.ts";

export function mountsOf(pid: number): MountInfo[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, "utf8"));
}

/** The mount whose root a path in the container leads to, null where it leads to no such place. */
export function foundIn(pid: number, mounts: readonly MountInfo[]): (path: string) => Found | null {
  return (path) => {
    using root = openDirectory(`/proc/${pid}/root`);
    try {
      const how = { resolve: resolve.inRoot | resolve.noMagiclinks };
      using place = openat2(root, path, open_flags.path, how);
      const self = `/proc/self/fd/${place.number}`;
      const at = mounts.find(({ id }) => id === mountId(`/proc/self/fdinfo/${place.number}`));
      // The kernel shows a place in a mount namespace that is not ours by its path there.
      if (!at || readlinkSync(self) !== at.point) return null;
      return { point: at.point, directory: statSync(self).isDirectory() };
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return null;
      throw error;
    }
  };
}

/** Of 0, 1 and 2. */
export function standardFiles(pid: number): OpenFile[] {
  const open = new Set(readdirSync(`/proc/${pid}/fd`));
  return [0, 1, 2].map((number) => {
    if (!open.has(`${number}`)) return { link: "", mountId: 0, inode: 0 };
    const path = `/proc/${pid}/fd/${number}`;
    return {
      link: readlinkSync(path),
      mountId: mountId(`/proc/${pid}/fdinfo/${number}`),
      inode: statSync(path).ino,
    };
  });
}

/** proc_pid_fdinfo(5). */
function mountId(path: string): number {
  return Number(/^mnt_id:\s*(\d+)$/m.exec(readFileSync(path, "latin1"))?.[1] ?? 0);
}

const names: Partial<Record<NamespaceType, string>> = { network: "net", pid: "pid" };

/** The inode numbers of those namespaces that CRIU is told of. */
export function namespaceInodes(pid: number): Partial<Record<NamespaceType, number>> {
  return Object.fromEntries(
    Object.entries(names).map(([type, name]) => [type, statSync(`/proc/${pid}/ns/${name}`).ino]),
  );
}
