/** The unit of a container and where systemd makes its cgroup: `slice:prefix:name`, systemd.slice(5). */
import type { BusKind } from "./manager.ts";

export interface Unit {
  bus: BusKind;
  /** `system.slice` */
  slice: string;
  /** `wrun-ID.scope` */
  name: string;
  /** Its cgroup: `/system.slice/wrun-ID.scope`. */
  path: string;
}

/** UNIT_NAME_MAX, with the NUL. */
const name_bytes_most = 255;

/**
 * From linux.cgroupsPath; `manager` is the cgroup of a user's manager. Without one it is `wrun-ID.scope`; without a slice the default of who asks, as of runc and
 * crun. Throws RangeError with the reason, the path is for the caller to name.
 */
export function unitOf(cgroupsPath: string, id: string, bus: BusKind, manager = ""): Unit {
  const parts = cgroupsPath === "" ? ["", "wrun", id] : cgroupsPath.split(":");
  const [given = "", prefix = "", last = ""] = parts;
  if (parts.length !== 3) throw new RangeError("it is not `slice:prefix:name`");
  if (last === "") throw new RangeError("it has no name after the second colon");
  const slice = given || (bus === "system" ? "system.slice" : "user.slice");
  const name = `${prefix === "" ? "" : `${prefix}-`}${last}.scope`;
  // The characters that systemd's unit_name_is_valid takes; "@" would make it an instance of a template.
  if (!/^[A-Za-z0-9:_.\\-]+$/.test(name)) throw new RangeError(`\`${name}\` is no name of a unit`);
  if (name.length > name_bytes_most) throw new RangeError(`\`${name}\` is longer than 255 bytes`);
  return { bus, slice, name, path: `${manager}${slicePath(slice)}/${name}` };
}

/** `a-b.slice` is inside of `a.slice`, `-.slice` is the root. Throws RangeError. */
export function slicePath(slice: string): string {
  const suffix = ".slice";
  const wrong = () => new RangeError(`\`${slice}\` is no name of a slice`);
  if (!slice.endsWith(suffix) || slice.length > name_bytes_most) throw wrong();
  const stem = slice.slice(0, -suffix.length);
  if (stem === "-") return "";
  const parts = stem.split("-");
  if (!parts.every((part) => /^[A-Za-z0-9:_.\\]+$/.test(part))) throw wrong();
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join("-")}${suffix}`).join("");
}
