import type { Device } from "../types.ts";
import { id } from "./process.ts";
import type { At } from "./value.ts";
import {
  absolute,
  defined,
  field,
  integer,
  list,
  named,
  object,
  oneOf,
  required,
  unique,
  wrong,
} from "./value.ts";

/** MINORBITS of linux/kdev_t.h: dev_t has 12 bits for the major number and 20 for the minor one. */
const major_max = 2 ** 12 - 1;
const minor_max = 2 ** 20 - 1;

/** config-linux.md#devices. */
export function checkDevices(at: At): Device[] | undefined {
  const devices = list(at, device);
  unique(at, devices, (entry) => entry.path);
  return devices;
}

function device(at: At): Device | undefined {
  if (object(at) === undefined) return undefined;
  const path = required(field(at, "path"), absolute);
  const type = required(field(at, "type"), (place) => oneOf(place, ["c", "b", "u", "p"] as const));
  const mode = integer(field(at, "fileMode"), 0, 0o177777);
  const major = integer(field(at, "major"), 0, major_max);
  const minor = integer(field(at, "minor"), 0, minor_max);
  const uid = id(field(at, "uid"));
  const gid = id(field(at, "gid"));
  if (path === undefined || type === undefined) return undefined;
  if (path.split("/").includes(".."))
    return wrong(field(at, "path"), `${named(at)} has \`..\` in it`);
  if (type !== "p" && (major === undefined || minor === undefined)) {
    return wrong(at, `${named(at)} needs a major and a minor number`);
  }
  // Some writers leave the file type of stat(2) in the mode.
  const fileMode = mode === undefined ? undefined : mode & 0o7777;
  return defined<Device>({ path, type, major, minor, fileMode, uid, gid });
}
