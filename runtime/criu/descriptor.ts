/** Standard input, output and error of a container whose files are outside of it: who restores it gives it new ones. */

/** In the directory of the images, as under runc. */
export const descriptors_file = "descriptors.json";

export interface OpenFile {
  /** What /proc/PID/fd/N says, such as `pipe:[123]`; "" for one that is not open. */
  link: string;
  /** Of /proc/PID/fdinfo/N. */
  mountId: number;
  inode: number;
}

/**
 * As the file descriptors.json of the images has them, by runc's example: for 0, 1 and 2 a text, which for those that
 * are outside is CRIU's own name of it.
 */
export function describe(files: readonly OpenFile[], mountIds: ReadonlySet<number>): string[] {
  return files.map(({ link, mountId, inode }) =>
    isOutside(link, mountId, mountIds)
      ? `file[${mountId.toString(16)}:${inode.toString(16)}]`
      : link,
  );
}

/** A file or a device of the host, opened before the container had its root. Terminals CRIU knows by their numbers. */
function isOutside(link: string, mountId: number, mountIds: ReadonlySet<number>): boolean {
  if (mountIds.has(mountId) || !link.startsWith("/")) return false;
  return !/^\/dev\/(pts\/|tty|console$|hvc)/.test(link);
}

/** For the dump. */
export function externalFiles(descriptors: readonly string[]): string[] {
  return [...new Set(descriptors.filter((text) => text.startsWith("file[")))];
}

/** For the restore: those of 0, 1 and 2 that take the place of what was outside. */
export function inherited(descriptors: readonly unknown[]): { key: string; fd: number }[] {
  return descriptors.slice(0, 3).flatMap((text, fd) => {
    const outside = typeof text === "string" && /^(pipe:|file)\[/.test(text);
    return outside ? [{ key: text, fd }] : [];
  });
}
