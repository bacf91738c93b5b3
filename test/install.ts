/** wrun as a user has it: a tree with what the package ships, outside the checkout. */
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "./harness.ts";

export interface Installed {
  /** The file to run with node. */
  wrun: string;
  remove(): void;
}

/**
 * Copies the package to where every user can read it: an ordinary user often cannot enter the directory of the
 * checkout, and a test of an installed package finds what is missing in `files`.
 */
export function install(): Installed {
  const directory = mkdtempSync(join(tmpdir(), "wrun-installed-"));
  chmodSync(directory, 0o755);
  const { files } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  // What is for embedders and for those who write components is in test/package.
  const needed = (files as string[]).filter(
    (path) => !/^docs|\.md$|types$|^dist\/bindgen|^dist\/policy\.js|\.wit$/.test(path),
  );
  for (const path of ["package.json", "node_modules/koffi", "node_modules/@koromix", ...needed]) {
    cpSync(join(project, path), join(directory, path), { recursive: true });
  }
  return {
    wrun: join(directory, "dist/wrun.cjs"),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
