import { quote } from "../quote.ts";
import type { IdMapping, Linux, NamespaceType } from "../types.ts";
import { checkDevices } from "./devices.ts";
import { integer_max, uint32_max } from "./limit.ts";
import { checkResources } from "./resources.ts";
import { checkSeccomp } from "./seccomp.ts";
import { checkSysctl } from "./sysctl.ts";
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
  string,
  unique,
  wrong,
} from "./value.ts";

/** config-linux.md. */
export function checkLinux(at: At): Linux | undefined {
  if (object(at) === undefined) return undefined;
  return defined<Linux>({
    namespaces: namespaces(field(at, "namespaces")),
    uidMappings: list(field(at, "uidMappings"), mapping),
    gidMappings: list(field(at, "gidMappings"), mapping),
    timeOffsets: timeOffsets(field(at, "timeOffsets")),
    cgroupsPath: cgroupsPath(field(at, "cgroupsPath")),
    resources: checkResources(field(at, "resources")),
    rootfsPropagation: propagation(field(at, "rootfsPropagation")),
    maskedPaths: list(field(at, "maskedPaths"), absolute),
    readonlyPaths: list(field(at, "readonlyPaths"), absolute),
    sysctl: checkSysctl(field(at, "sysctl")),
    devices: checkDevices(field(at, "devices")),
    seccomp: checkSeccomp(field(at, "seccomp")),
  });
}

export const namespaceTypes: readonly NamespaceType[] = [
  ...(["user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time"] as const),
];

function namespaces(at: At): Linux["namespaces"] {
  const entries = list(at, (entry) => {
    if (object(entry) === undefined) return undefined;
    const type = required(field(entry, "type"), (place) => oneOf(place, namespaceTypes));
    const place = field(entry, "path");
    // The empty path is what Go's writers leave for "none".
    const path = place.value === "" ? undefined : absolute(place);
    return type && defined<{ type: NamespaceType; path?: string }>({ type, path });
  });
  unique(at, entries, (entry) => entry.type);
  return entries;
}

/** Whether the numbers fit together is the policy engine's question (id-maps). */
function mapping(at: At): IdMapping | undefined {
  if (object(at) === undefined) return undefined;
  const number = (name: string) =>
    required(field(at, name), (place) => integer(place, 0, uint32_max));
  const containerID = number("containerID");
  const hostID = number("hostID");
  const size = number("size");
  if (containerID === undefined || hostID === undefined || size === undefined) return undefined;
  return { containerID, hostID, size };
}

/** time_namespaces(7): two clocks, and nanoseconds below one second. */
function timeOffsets(at: At): Linux["timeOffsets"] {
  const clocks = object(at);
  if (clocks === undefined) return undefined;
  const result: NonNullable<Linux["timeOffsets"]> = {};
  for (const clock of clocks.keys()) {
    const entry = field(at, clock);
    if (clock !== "monotonic" && clock !== "boottime") {
      wrong(entry, `${quote(clock)} is no clock of a time namespace`);
    } else if (object(entry) !== undefined) {
      result[clock] = defined<{ secs?: number; nanosecs?: number }>({
        secs: integer(field(entry, "secs"), -integer_max, integer_max),
        nanosecs: integer(field(entry, "nanosecs"), 0, 999_999_999),
      });
    }
  }
  return result;
}

/** The path names a directory below the cgroup root, so it must not lead out of there. */
function cgroupsPath(at: At): string | undefined {
  const path = string(at);
  if (path === undefined || path === "") return undefined;
  if (path.split("/").includes("..")) {
    return wrong(at, `${named(at)} is ${quote(path)}, a path with \`..\` in it`);
  }
  // A newline would start another line of /proc/PID/cgroup.
  if (/\p{Cc}/u.test(path)) return wrong(at, `${named(at)} has a control character`);
  return path;
}

const propagations = ["shared", "slave", "private", "unbindable"] as const;
const recursive = ["rshared", "rslave", "rprivate", "runbindable"] as const;

/** Engines write the recursive words of mount(8) too; wrun sets the type on every mount of the root in both cases. */
function propagation(at: At): Linux["rootfsPropagation"] {
  if (at.value === "") return undefined;
  const word = oneOf(at, [...propagations, ...recursive]);
  return propagations.find((type) => type === word || `r${type}` === word);
}
