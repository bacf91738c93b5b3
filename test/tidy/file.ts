/** The files of the project, for the rules in rule.ts: what git would track, without asking git. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface File {
  /** Relative to the project, with forward slashes. */
  path: string;
  text: string;
}

const generated = new Set([".git", "coverage", "dist", "generated", "node_modules"]);
const texts =
  /(\.(ts|mjs|json|md|sh|c|wit|yml|rs|py|toml|html)|^\.ci\/[a-z]+|^test\/vm\/guest\/[a-z]+)$/;

/** Every text file that people write. */
export function sources(root: string, directory = ""): File[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory ? `${directory}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return generated.has(entry.name) ? [] : sources(root, path);
    if (!entry.isFile() || !texts.test(path) || path === "package-lock.json") return [];
    return [{ path, text: readFileSync(join(root, path), "utf8") }];
  });
}
