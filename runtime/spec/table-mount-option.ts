/** MOUNT_ATTR_* of linux/mount.h, for mount_setattr(2) and fsmount(2). */
export const attr = {
  rdonly: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  /** The field of three bits that holds relatime, noatime or strictatime: it is cleared as a whole or not at all. */
  atime: 0x70,
  relatime: 0x00,
  noatime: 0x10,
  strictatime: 0x20,
  nodiratime: 0x80,
  idmap: 0x100000,
  nosymfollow: 0x200000,
} as const;

/** The one of the four propagation types that a mount has, as mount_setattr(2) takes it (MS_* of mount(2)). */
export const propagations = {
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

export type Propagation = keyof typeof propagations;
export type Atime = "relatime" | "noatime" | "strictatime";

/** What one word among the options of a mount asks for. */
export type Effect =
  | { kind: "attr"; bit: number; on: boolean; recursive?: true }
  | { kind: "atime"; mode: Atime; recursive?: true }
  /** Takes one mode back; the kernel's default, relatime, is what remains. */
  | { kind: "atime-not"; mode: Atime; recursive?: true }
  /** fsconfig(2) FSCONFIG_SET_FLAG; `undoes` is the flag that it takes back. */
  | { kind: "fs"; flag: string; undoes: string }
  | { kind: "fs-not"; undoes: string }
  | { kind: "propagation"; type: Propagation; recursive?: true }
  | { kind: "bind"; recursive: boolean }
  | { kind: "idmap"; recursive: boolean }
  | { kind: "remount" }
  | { kind: "tmpcopyup" }
  | { kind: "none" };

const on = (bit: number): Effect => ({ kind: "attr", bit, on: true });
const off = (bit: number): Effect => ({ kind: "attr", bit, on: false });
const all = (effect: Effect): Effect => ({ ...effect, recursive: true }) as Effect;

/** The 61 of runtime-spec config.md#linux-mount-options, and `rnodev`, which its table forgets. */
export const mountOptions: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ["async", { kind: "fs", flag: "async", undoes: "sync" }],
  ["atime", { kind: "atime-not", mode: "noatime" }],
  ["bind", { kind: "bind", recursive: false }],
  ["defaults", { kind: "none" }],
  ["dev", off(attr.nodev)],
  ["diratime", off(attr.nodiratime)],
  ["dirsync", { kind: "fs", flag: "dirsync", undoes: "" }],
  ["exec", off(attr.noexec)],
  ["idmap", { kind: "idmap", recursive: false }],
  // fsconfig(2) has no common flag for it. ext4, the one file system where it still switches anything, has its own name.
  ["iversion", { kind: "fs", flag: "i_version", undoes: "" }],
  ["lazytime", { kind: "fs", flag: "lazytime", undoes: "nolazytime" }],
  // silent and loud say what mount(2) writes to the kernel log (MS_SILENT); fsconfig(2) refuses both and never logs so.
  ["loud", { kind: "none" }],
  ["mand", { kind: "fs", flag: "mand", undoes: "nomand" }],
  ["noatime", { kind: "atime", mode: "noatime" }],
  ["nodev", on(attr.nodev)],
  ["nodiratime", on(attr.nodiratime)],
  ["noexec", on(attr.noexec)],
  ["noiversion", { kind: "fs-not", undoes: "i_version" }],
  ["nolazytime", { kind: "fs", flag: "nolazytime", undoes: "lazytime" }],
  ["nomand", { kind: "fs", flag: "nomand", undoes: "mand" }],
  ["norelatime", { kind: "atime-not", mode: "relatime" }],
  ["nostrictatime", { kind: "atime-not", mode: "strictatime" }],
  ["nosuid", on(attr.nosuid)],
  ["nosymfollow", on(attr.nosymfollow)],
  ["private", { kind: "propagation", type: "private" }],
  ["ratime", all({ kind: "atime-not", mode: "noatime" })],
  ["rbind", { kind: "bind", recursive: true }],
  ["rdev", all(off(attr.nodev))],
  ["rdiratime", all(off(attr.nodiratime))],
  ["relatime", { kind: "atime", mode: "relatime" }],
  ["remount", { kind: "remount" }],
  ["rexec", all(off(attr.noexec))],
  ["ridmap", { kind: "idmap", recursive: true }],
  ["rnoatime", all({ kind: "atime", mode: "noatime" })],
  ["rnodev", all(on(attr.nodev))],
  ["rnodiratime", all(on(attr.nodiratime))],
  ["rnoexec", all(on(attr.noexec))],
  ["rnorelatime", all({ kind: "atime-not", mode: "relatime" })],
  ["rnostrictatime", all({ kind: "atime-not", mode: "strictatime" })],
  ["rnosuid", all(on(attr.nosuid))],
  ["rnosymfollow", all(on(attr.nosymfollow))],
  ["ro", on(attr.rdonly)],
  ["rprivate", all({ kind: "propagation", type: "private" })],
  ["rrelatime", all({ kind: "atime", mode: "relatime" })],
  ["rro", all(on(attr.rdonly))],
  ["rrw", all(off(attr.rdonly))],
  ["rshared", all({ kind: "propagation", type: "shared" })],
  ["rslave", all({ kind: "propagation", type: "slave" })],
  ["rstrictatime", all({ kind: "atime", mode: "strictatime" })],
  ["rsuid", all(off(attr.nosuid))],
  ["rsymfollow", all(off(attr.nosymfollow))],
  ["runbindable", all({ kind: "propagation", type: "unbindable" })],
  ["rw", off(attr.rdonly)],
  ["shared", { kind: "propagation", type: "shared" }],
  ["silent", { kind: "none" }],
  ["slave", { kind: "propagation", type: "slave" }],
  ["strictatime", { kind: "atime", mode: "strictatime" }],
  ["suid", off(attr.nosuid)],
  ["symfollow", off(attr.nosymfollow)],
  ["sync", { kind: "fs", flag: "sync", undoes: "async" }],
  ["tmpcopyup", { kind: "tmpcopyup" }],
  ["unbindable", { kind: "propagation", type: "unbindable" }],
]);
