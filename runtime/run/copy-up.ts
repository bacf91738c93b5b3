/** What the mounts with `tmpcopyup` find below them. */
import { isErrno } from "../../shim/error.ts";
import { type ListedFile, listFiles } from "../../shim/file-list.ts";
import { openDirectory } from "../../shim/files.ts";
import { WrunError } from "../error.ts";
import type { Rootfs } from "../launch/launch.ts";
import type { Decisions } from "../policy/decide.ts";
import type { Mount, Spec } from "../spec/types.ts";

/** Each takes eight steps of a program that holds some ten thousand. */
const files_max = 1000;

/** By the index of the mount. Throws WrunError ERR_CONFIG_UNSUPPORTED for a directory of too many files, ERR_ROOTFS. */
export function copies(
  { mounts = [] }: Spec,
  plans: Decisions["mounts"],
  rootfs: Rootfs,
): Map<number, ListedFile[]> {
  const found = new Map<number, ListedFile[]>();
  plans.forEach(({ tmpcopyup }, i) => {
    const { destination = "/", type } = mounts[i] ?? {};
    if (tmpcopyup && type === "tmpfs")
      found.set(i, list(place(destination, mounts.slice(0, i), plans, rootfs), i));
  });
  return found;
}

interface Place {
  root: string;
  path: string;
}

/** Where its files are before the container is: in the rootfs, or in what is mounted over that part of it. */
function place(
  destination: string,
  before: readonly Mount[],
  plans: Decisions["mounts"],
  rootfs: Rootfs,
): Place | null {
  const covers = (mount: Mount): boolean =>
    `${plain(destination)}/`.startsWith(`${plain(mount.destination)}/`);
  const index = before.findLastIndex(covers);
  const above = before[index];
  if (!above) {
    return { root: rootfs.kind === "directory" ? rootfs.path : "/", path: destination };
  }
  if (plans[index]?.bind === "none") return null;
  const path = plain(destination).slice(plain(above.destination).length) || "/";
  return { root: above.source ?? "/", path };
}

function plain(path: string): string {
  return path.replace(/\/+/g, "/").replace(/\/$/, "");
}

function list(from: Place | null, index: number): ListedFile[] {
  if (!from) return []; // a file system that is new itself
  try {
    using root = openDirectory(from.root);
    return listFiles(root, from.path, files_max);
  } catch (error) {
    if (error instanceof RangeError) throw tooMany(from, index, error);
    if (!isErrno(error)) throw error;
    throw new WrunError({
      code: "ERR_ROOTFS",
      message: `cannot list \`${from.path}\` in \`${from.root}\`: ${error.errno}`,
      pointer: `/mounts/${index}`,
      errno: error.errno,
      syscall: error.syscall,
      path: from.root,
      cause: error,
    });
  }
}

function tooMany({ path }: Place, index: number, cause: Error): WrunError {
  return new WrunError({
    code: "ERR_CONFIG_UNSUPPORTED",
    message: `\`tmpcopyup\` is asked for on \`${path}\`, which has more than ${files_max} files`,
    because: cause.message,
    hint: "use a volume with a copy of them",
    pointer: `/mounts/${index}/options`,
    cause,
  });
}
