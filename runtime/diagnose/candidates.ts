/** The search path of a container whose environment has none: what shells and other runtimes agree on. */
export const path_default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** PATH as execve will hand it on: the last entry of that name counts, as in a shell. */
export function searchPath(env: readonly string[]): string {
  const entry = env.findLast((text) => text.startsWith("PATH="));
  return entry === undefined ? path_default : entry.slice("PATH=".length);
}

/**
 * The paths to try for a program's name, in order, each once.
 *
 * A name with a slash stands for itself; so does the empty one, which fails as ENOENT. An empty entry of the path is
 * the working directory (POSIX.1-2017, 8.3).
 */
export function candidates(name: string, path: string): string[] {
  if (name === "" || name.includes("/")) return [name];
  const dirs = path.split(":").map((dir) => dir.replace(/(?<=.)\/+$/, "") || ".");
  return [...new Set(dirs.map((dir) => (dir === "/" ? `/${name}` : `${dir}/${name}`)))];
}
