import { quote } from "../quote.ts";
import type { IntelRdt, Linux, NamespaceType } from "../types.ts";
import { memoryPolicy, personality } from "./attribute.ts";
import { checkDevices } from "./devices.ts";
import { integer_max } from "./limit.ts";
import { mapping } from "./mapping.ts";
import { label } from "./process.ts";
import { checkResources } from "./resources.ts";
import { checkSeccomp } from "./seccomp.ts";
import type { At } from "./value.ts";
import {
  absolute,
  boolean,
  defined,
  field,
  integer,
  list,
  named,
  object,
  oneOf,
  record,
  required,
  string,
  text,
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
    sysctl: record(field(at, "sysctl"), string),
    devices: checkDevices(field(at, "devices")),
    seccomp: checkSeccomp(field(at, "seccomp")),
    intelRdt: intelRdt(field(at, "intelRdt")),
    netDevices: netDevices(field(at, "netDevices"), field(at, "namespaces")),
    mountLabel: label(field(at, "mountLabel")),
    personality: personality(field(at, "personality")),
    memoryPolicy: memoryPolicy(field(at, "memoryPolicy")),
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

/** Which lines make sense is the policy engine's question (rdt). */
function intelRdt(at: At): IntelRdt | undefined {
  if (object(at) === undefined) return undefined;
  for (const name of ["enableCMT", "enableMBM"]) boolean(field(at, name));
  const lines = field(at, "schemata");
  const closID = string(field(at, "closID"));
  return defined<IntelRdt>({
    closID: closID === "" ? undefined : closID,
    schemata: typeof lines.value === "string" ? lines.value.split("\n") : list(lines, text),
    l3CacheSchema: schema(field(at, "l3CacheSchema")),
    memBwSchema: schema(field(at, "memBwSchema")),
    enableMonitoring: boolean(field(at, "enableMonitoring")),
  });
}

/** The empty string is what Go's writers leave for "none". */
function schema(at: At): string | undefined {
  return string(at) || undefined;
}

const device_bytes_max = 15;

/** dev_valid_name() of the kernel. */
function deviceName(at: At, name: string): string | undefined {
  const isName = name !== "" && name !== "." && name !== ".." && !/[/:\s\p{Cc}]/u.test(name);
  if (isName && Buffer.byteLength(name) <= device_bytes_max) return name;
  return wrong(at, `${quote(name)} is not the name of a network device`);
}

/** config-linux.md#network-devices. */
function netDevices(at: At, namespaces: At): Linux["netDevices"] {
  const map = object(at);
  if (map === undefined || map.size === 0) return undefined;
  const list = Array.isArray(namespaces.value) ? namespaces.value : [];
  if (!list.some((entry) => entry instanceof Map && entry.get("type") === "network"))
    wrong(at, "network devices are moved, and the container has no network namespace of its own");
  const names = new Set<string>();
  const entries = [...map.keys()].map((host): [string, { name?: string }] => {
    const entry = field(at, host);
    deviceName(entry, host);
    object(entry);
    const given = string(field(entry, "name")) || undefined;
    if (given !== undefined) deviceName(field(entry, "name"), given);
    const name = given ?? host;
    if (names.has(name)) wrong(entry, `two network devices are to be ${quote(name)}`);
    names.add(name);
    return [host, given === undefined ? {} : { name: given }];
  });
  return Object.fromEntries(entries);
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
