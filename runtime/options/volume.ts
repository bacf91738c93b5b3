import { isAbsolute } from "node:path";
import type { Mount } from "../spec/types.ts";
import type { Volume } from "./types.ts";
import { usage } from "./usage.ts";

/** Read-write unless said otherwise; set-id bits and device nodes of the host have no effect inside. */
const options = ["rbind", "rprivate", "nosuid", "nodev"];

/** A volume as a bind mount. Its source stays as given here: request() resolves it. */
export function parseVolume(value: unknown, name: string): Mount {
  const volume = typeof value === "string" ? split(value, name) : value;
  if (!isVolume(volume)) throw usage(name, value, "`SRC:DST[:ro]`");
  if (volume.source === "") throw usage(name, value, "`SRC:DST[:ro]`: the source is empty");
  return {
    destination: destination(volume.destination, name),
    type: "bind",
    source: volume.source,
    // Read-only is meant for what is mounted below as well. No `rw`: in a user namespace nobody may lift a source's `ro`.
    options: volume.readOnly ? [...options, "rro"] : [...options],
  };
}

function split(text: string, name: string): Volume {
  const [source = "", target, mode, ...more] = text.split(":");
  const known = mode === undefined || mode === "ro" || mode === "rw";
  if (target === undefined || !known || more.length > 0) {
    const hint = "for a path with a colon use an object: { source, destination, readOnly }";
    throw usage(name, text, "`SRC:DST[:ro]`", hint);
  }
  return { source, destination: target, readOnly: mode === "ro" };
}

function isVolume(value: unknown): value is Volume {
  if (typeof value !== "object" || value === null) return false;
  const { source, destination: target, readOnly, ...rest } = value as Record<string, unknown>;
  const flag = readOnly === undefined || typeof readOnly === "boolean";
  return (
    typeof source === "string" && typeof target === "string" && flag && !Object.keys(rest).length
  );
}

/** `DST[:OPTIONS]`: a tmpfs, without set-id bits and device nodes. */
export function parseTmpfs(value: unknown, name: string): Mount {
  if (typeof value !== "string") throw usage(name, value, "`DST[:OPTIONS]`");
  const colon = value.indexOf(":");
  const target = colon < 0 ? value : value.slice(0, colon);
  const own = colon < 0 ? [] : value.slice(colon + 1).split(",");
  if (own.includes("")) throw usage(name, value, "`DST[:OPTIONS]`: an option is empty");
  return {
    destination: destination(target, name),
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "nodev", "mode=1777", ...own],
  };
}

/** What masks and the view of the kernel depend on must not be covered. */
const kept = ["/proc", "/sys"];

function destination(path: string, name: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const clean = `/${parts.join("/")}`;
  if (!isAbsolute(path) || parts.includes("..") || path.includes("\0")) {
    throw usage(name, path, "an absolute path without `..`");
  }
  if (clean === "/")
    throw usage(name, path, "a place below the root", "`rootfs` replaces the root");
  if (kept.some((root) => clean === root || clean.startsWith(`${root}/`))) {
    throw usage(name, path, "a place outside `/proc` and `/sys`");
  }
  return clean;
}
