import type { Node } from "../../shim/root-view.ts";
import type { Stop, Walk } from "./walk.ts";

/** Who asks, with ids as the view has them: those of the host. */
export interface Who {
  uid: number;
  gid: number;
  groups?: readonly number[];
  /** Has it CAP_DAC_OVERRIDE over this file: then directories are open, and files executable when anyone may. */
  overrides?: (node: Node) => boolean;
}

/** One of rwx, to be shifted to the owner's, the group's or the others' place. */
export const access = { read: 4, write: 2, execute: 1 } as const;

/** May they, by the permission bits (man 7 path_resolution); ACLs and security modules are not asked. */
export function may(who: Who, node: Node, wanted: number): boolean {
  if (overrides(who, node)) return override(node, wanted);
  return ((node.mode >> shiftOf(who, node)) & wanted) === wanted;
}

function overrides({ uid, overrides }: Who, node: Node): boolean {
  return overrides ? overrides(node) : uid === 0;
}

function override({ type, mode }: Node, wanted: number): boolean {
  return type === "directory" || (wanted & access.execute) === 0 || (mode & 0o111) !== 0;
}

function shiftOf({ uid, gid, groups = [] }: Who, node: Node): number {
  if (node.uid === uid) return 6;
  return node.gid === gid || groups.includes(node.gid) ? 3 : 0;
}

/** The first directory on the way that they may not pass. */
export function closedTo(who: Who, { passed }: Walk): Stop | undefined {
  return passed.find(({ node }) => !may(who, node, access.execute));
}

/** A file's mode and owner as `ls -ln` shows them: `0644, owner 0:0`. */
export function describe({ mode, uid, gid }: Node): string {
  return `mode ${mode.toString(8).padStart(4, "0")}, owner ${uid}:${gid}`;
}
