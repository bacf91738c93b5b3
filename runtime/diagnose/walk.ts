import type { Node, RootView } from "../../shim/root-view.ts";

/** A file on the way, under its own path without symbolic links. */
export interface Stop {
  path: string;
  node: Node;
}

export interface Walk {
  /** The directories that were passed, in order, those of symbolic links included. */
  passed: Stop[];
  /** What the path leads to, undefined when it leads nowhere. */
  end?: Stop;
  /** Where it goes wrong, and how. */
  failed?: { path: string; errno: string };
  /** The symbolic links that were followed. */
  links: Stop[];
}

/** As many as the kernel follows (MAXSYMLINKS). */
const links_max = 40;

/**
 * Goes along a path in a root file system one name after another, as the kernel would, to see where it breaks off.
 *
 * `path` is absolute or relative to `from`. Links are followed here and not by the view, so that each can be named.
 */
export function walk(view: RootView, path: string, from = "/"): Walk {
  const walked: Walk = { passed: [], links: [] };
  const names = split(path.startsWith("/") ? path : `${from}/${path}`);
  const at: string[] = [];
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const here = `/${at.join("/")}`;
    if (!pass(view, here, walked)) return walked;
    if (name === "..") at.pop();
    else {
      const next = child(here, name);
      const node = view.node(next);
      if (typeof node === "string") return { ...walked, failed: { path: next, errno: node } };
      if (node.type !== "symlink") at.push(name);
      else {
        walked.links.push({ path: next, node });
        if (walked.links.length > links_max) {
          return { ...walked, failed: { path: next, errno: "ELOOP" } };
        }
        if (node.link.startsWith("/")) at.length = 0;
        names.unshift(...split(node.link));
      }
    }
  }
  const last = `/${at.join("/")}`;
  const node = view.node(last);
  if (typeof node === "string") return { ...walked, failed: { path: last, errno: node } };
  return { ...walked, end: { path: last, node } };
}

/** Notes the directory at `path`; false, with the failure noted, when it is none. */
function pass(view: RootView, path: string, walked: Walk): boolean {
  const node = view.node(path);
  const errno = typeof node === "string" ? node : node.type === "directory" ? undefined : "ENOTDIR";
  if (errno !== undefined) walked.failed = { path, errno };
  else if (typeof node !== "string") walked.passed.push({ path, node });
  return errno === undefined;
}

function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function child(dir: string, name: string): string {
  return dir === "/" ? `/${name}` : `${dir}/${name}`;
}
