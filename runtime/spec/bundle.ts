import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { WrunError } from "../error.ts";
import { checkSpec } from "./check/check.ts";
import { bytes_max, readJson } from "./json.ts";
import type { Mount, Spec } from "./types.ts";

export interface Bundle {
  /** Absolute. */
  directory: string;
  /** Checked; relative sources of bind mounts are absolute by now (config.md#mounts). */
  spec: Spec;
  /** Absolute path of the root filesystem. That it exists is found at launch, by opening it once. */
  rootfs: string;
}

/** Reads and checks a bundle. Throws ERR_BUNDLE_NOT_FOUND, ERR_CONFIG_INVALID, ERR_CONFIG_UNSUPPORTED, ERR_HOSTNAME. */
export function readBundle(directory: string): Bundle {
  const base = resolve(directory);
  const spec = checkSpec(readJson(readConfig(base, directory)));
  const mounts = spec.mounts?.map((mount) => absoluteSource(mount, base));
  return {
    directory: base,
    spec: mounts ? { ...spec, mounts } : spec,
    rootfs: resolve(base, spec.root?.path ?? ""),
  };
}

function absoluteSource(mount: Mount, base: string): Mount {
  const bind = mount.options?.some((option) => option === "bind" || option === "rbind");
  return bind && mount.source ? { ...mount, source: resolve(base, mount.source) } : mount;
}

/** One open, then the descriptor alone: what was checked is what is read. O_NONBLOCK, as open(2) of a FIFO would wait. */
function readConfig(base: string, said: string): Uint8Array {
  const path = resolve(base, "config.json");
  const file = attempt(said, path, () =>
    openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
  );
  try {
    if (!fstatSync(file).isFile()) {
      throw new WrunError({
        code: "ERR_CONFIG_INVALID",
        message: `\`${path}\` is not a regular file`,
        path,
      });
    }
    return attempt(said, path, () => readAll(file));
  } finally {
    closeSync(file);
  }
}

/** One byte more than is allowed, for the reader to see that it is too much. */
function readAll(file: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(bytes_max + 1);
  let length = 0;
  for (;;) {
    const count = readSync(file, bytes, length, bytes.length - length, null);
    length += count;
    if (count === 0 || length === bytes.length) return bytes.subarray(0, length);
  }
}

function attempt<T>(said: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
    throw new WrunError({
      code: "ERR_BUNDLE_NOT_FOUND",
      message: `cannot read \`config.json\` of the bundle \`${said}\`: ${errno}`,
      hint: `a bundle is a directory with config.json and a root filesystem; \`wrun spec\` writes a config.json`,
      errno,
      path,
      cause,
    });
  }
}
