import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;

/** The directory of the wrun package, wherever in it this code was bundled to. Throws RangeError when files are missing. */
export function packageRoot(): string {
  if (root) return root;
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, "shim", "native", "init-x64"))) {
      root = dir;
      return dir;
    }
    if (dir === dirname(dir))
      throw new RangeError("the wrun package is incomplete: no shim/native");
  }
}
