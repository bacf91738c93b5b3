import { readlinkSync } from "node:fs";
import type { IdMapping, NamespaceType } from "../../runtime/spec/types.ts";
import { lines, readNumber, readText } from "./text.ts";
import type { Facts } from "./types.ts";

/** OCI's names for the files of /proc/self/ns, in wrun's order. */
const files: readonly (readonly [NamespaceType, string])[] = [
  ["user", "user"],
  ["mount", "mnt"],
  ["pid", "pid"],
  ["network", "net"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["cgroup", "cgroup"],
  ["time", "time"],
];

/** PROC_USER_INIT_INO: the first user namespace has this inode on every Linux, however an inner one is mapped. */
const initial_inode = 0xeffffffd;
const ids_all = 4294967295;

/** The kinds among the names in /proc/self/ns. */
export function namespaceTypes(names: readonly string[]): NamespaceType[] {
  return files.filter(([, file]) => names.includes(file)).map(([type]) => type);
}

/** /proc/PID/uid_map: `container host size` a line. */
export function parseIdMap(text: string): IdMapping[] {
  return lines(text).flatMap((line) => {
    const [containerID, hostID, size] = line.trim().split(/\s+/).map(Number);
    if (containerID === undefined || hostID === undefined || size === undefined) return [];
    return [{ containerID, hostID, size }];
  });
}

/** `link` is what /proc/self/ns/user links to: `user:[4026531837]`. */
export function isInitial(map: readonly IdMapping[], link: string): boolean {
  const [first] = map;
  const all = first?.containerID === 0 && first.hostID === 0 && first.size === ids_all;
  return all && link === `user:[${initial_inode}]`;
}

/** The id maps that wrun lives in, and every sysctl that may forbid a user namespace. */
export function probeUserNamespaces(): Facts["userNamespaces"] {
  const uidMap = parseIdMap(readText("/proc/self/uid_map") ?? "");
  return {
    initial: isInitial(uidMap, readlink("/proc/self/ns/user")),
    uidMap,
    gidMap: parseIdMap(readText("/proc/self/gid_map") ?? ""),
    max: readNumber("/proc/sys/user/max_user_namespaces"),
    unprivilegedClone: readNumber("/proc/sys/kernel/unprivileged_userns_clone"),
    apparmorRestrict: readNumber("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
  };
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
