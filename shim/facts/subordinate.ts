import { statSync } from "node:fs";
import { cString, tryCall } from "../libc.ts";
import { lines, readText } from "./text.ts";
import type { Facts } from "./types.ts";

/** Where distributions put setuid programs; PATH is not asked, since whoever sets it would choose what runs as root. */
const directories = ["/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin"];
const setuid_bit = 0o4000;
const capability = { setgid: 6, setuid: 7 } as const;
const no_id = 4294967295;

/** The ranges of a user in the text of /etc/subuid or /etc/subgid, `name-or-uid:start:size` a line, man 5 subuid. */
export function parseSubordinate(
  text: string,
  user: { uid: number; name: string },
): { start: number; size: number }[] {
  return lines(text).flatMap((line) => {
    const [owner, start, size] = line.split(":").map((field) => field.trim());
    if (owner !== String(user.uid) && (user.name === "" || owner !== user.name)) return [];
    if (!/^\d+$/.test(start ?? "") || !/^\d+$/.test(size ?? "")) return [];
    const range = { start: Number(start), size: Number(size) };
    return range.size > 0 && range.start + range.size <= no_id ? [range] : [];
  });
}

/** struct vfs_cap_data, include/uapi/linux/capability.h: u32 magic, then u32 permitted and inheritable, twice. */
export function permits(data: Uint8Array, capability: number): boolean {
  if (data.length < 12) return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return (view.getUint32(4, true) & (1 << capability)) !== 0;
}

/** A user's ranges of subordinate ids, and the helpers that may map them. */
export function probeSubordinate(user: { uid: number; name: string }): Facts["subordinate"] {
  return {
    uids: parseSubordinate(readText("/etc/subuid") ?? "", user),
    gids: parseSubordinate(readText("/etc/subgid") ?? "", user),
    newuidmap: helper("newuidmap", capability.setuid),
    newgidmap: helper("newgidmap", capability.setgid),
  };
}

function helper(name: string, capability: number): string | null {
  for (const directory of directories) {
    const path = `${directory}/${name}`;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) continue;
    const setuid = stat.uid === 0 && (stat.mode & setuid_bit) !== 0;
    if (setuid || permits(fileCapabilities(path), capability)) return path;
  }
  return null;
}

function fileCapabilities(path: string): Uint8Array {
  const data = new Uint8Array(64);
  const length = tryCall(
    "getxattr",
    cString(path),
    cString("security.capability"),
    data,
    data.length,
  );
  return data.subarray(0, Math.max(0, length));
}
