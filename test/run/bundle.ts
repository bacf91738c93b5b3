/** Bundles for tests: a spec as wrun makes it, with changes, over the busybox. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunOptions } from "../../runtime/options/types.ts";
import { plan } from "../../runtime/plan.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { rootfs, temporary } from "./rootfs.ts";

/** The directory of a bundle: the spec that the options make, changed, on the disk as config.json. */
export function bundle(change: (spec: Spec) => Spec, options: RunOptions = {}): string {
  const { spec } = plan({ rootfs: rootfs(), ...options });
  const directory = temporary("bundle");
  const changed = change({ ...spec, root: { path: options.rootfs ?? rootfs() } });
  writeFileSync(join(directory, "config.json"), JSON.stringify(changed));
  return directory;
}
