import { readdirSync, readlinkSync } from "node:fs";

/** What stands in the host's `/`: its directories, and its links such as `bin -> usr/bin`. */
export interface RootEntries {
  directories: string[];
  links: { name: string; to: string }[];
}

/** What is at the top of the host's file tree, which the default rootfs shows. */
export function probeRoot(): RootEntries {
  const entries: RootEntries = { directories: [], links: [] };
  for (const entry of readdirSync("/", { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isDirectory()) entries.directories.push(name);
    if (entry.isSymbolicLink()) entries.links.push({ name, to: readlinkSync(`/${name}`) });
  }
  return entries;
}
