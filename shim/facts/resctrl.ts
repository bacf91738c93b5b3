/** Intel RDT and its like: Documentation/filesystems/resctrl.rst. */
import { existsSync, readdirSync } from "node:fs";
import type { MountInfo } from "./mountinfo.ts";
import { readText } from "./text.ts";
import type { ResctrlFacts } from "./types.ts";

/** A directory of the root with this file is a class of service. */
const file = "schemata";

/** Null where none is mounted in this mount namespace. */
export function probeResctrl(mounts: readonly MountInfo[]): ResctrlFacts | null {
  const found = mounts.find(({ type }) => type === "resctrl");
  return found ? readResctrl(found.point) : null;
}

/** The classes of a resctrl filesystem by name, and whether it can count. */
export function readResctrl(mount: string): ResctrlFacts {
  const names = readdirSync(mount, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const classes = ["/", ...names].flatMap((name) => {
    const schemata = readText(`${mount}/${name === "/" ? "" : `${name}/`}${file}`);
    return schemata === null ? [] : [{ name, schemata }];
  });
  return { mount, monitoring: existsSync(`${mount}/info/L3_MON`), classes };
}
