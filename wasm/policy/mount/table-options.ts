// The 61 options of config.md#linux-mount-options, and `rnodev`, which its table forgets.

import { MountsPropagationType as Type } from "../../generated/as/types";

/** MOUNT_ATTR_* of linux/mount.h. */
const RDONLY: u32 = 0x1;
const NOSUID: u32 = 0x2;
const NODEV: u32 = 0x4;
const NOEXEC: u32 = 0x8;
/** The default of the access time, and no bit. */
export const RELATIME: u32 = 0x0;
const NOATIME: u32 = 0x10;
const STRICTATIME: u32 = 0x20;
const NODIRATIME: u32 = 0x80;
const NOSYMFOLLOW: u32 = 0x200000;

/** What an option does: one of these, with DEEP for all that is mounted below, and a value. */
export const KIND: u32 = 0xf0000000;
export const DEEP: u32 = 0x08000000;
export const VALUE: u32 = 0x07ffffff;
/** An attribute is set or cleared. */
export const ON: u32 = 0x10000000;
export const OFF: u32 = 0x20000000;
export const ATIME: u32 = 0x30000000;
/** Takes one mode back; the kernel's default, relatime, is what remains. */
export const ATIME_NOT: u32 = 0x40000000;
/** fsconfig(2) FSCONFIG_SET_FLAG: the value is a row of FLAGS. */
export const FLAG: u32 = 0x50000000;
export const PROPAGATION: u32 = 0x60000000;
export const BIND: u32 = 0x70000000;
export const IDMAP: u32 = 0x80000000;
export const REMOUNT: u32 = 0x90000000;
export const TMPCOPYUP: u32 = 0xa0000000;
const NONE: u32 = 0xb0000000;

/**
 * A flag, and the one that it takes back. For `iversion` fsconfig(2) has no common flag; ext4, the one file system where it
 * still switches anything, has its own name.
 */
export const FLAGS: StaticArray<string> = [
  "async",
  "sync",
  "dirsync",
  "",
  "i_version",
  "",
  "lazytime",
  "nolazytime",
  "mand",
  "nomand",
  "",
  "i_version",
  "nolazytime",
  "lazytime",
  "nomand",
  "mand",
  "sync",
  "async",
];

/** In the order of EFFECTS. */
export const NAMES: StaticArray<string> = [
  "async",
  "atime",
  "bind",
  "defaults",
  "dev",
  "diratime",
  "dirsync",
  "exec",
  "idmap",
  "iversion",
  "lazytime",
  "loud",
  "mand",
  "noatime",
  "nodev",
  "nodiratime",
  "noexec",
  "noiversion",
  "nolazytime",
  "nomand",
  "norelatime",
  "nostrictatime",
  "nosuid",
  "nosymfollow",
  "private",
  "ratime",
  "rbind",
  "rdev",
  "rdiratime",
  "relatime",
  "remount",
  "rexec",
  "ridmap",
  "rnoatime",
  "rnodev",
  "rnodiratime",
  "rnoexec",
  "rnorelatime",
  "rnostrictatime",
  "rnosuid",
  "rnosymfollow",
  "ro",
  "rprivate",
  "rrelatime",
  "rro",
  "rrw",
  "rshared",
  "rslave",
  "rstrictatime",
  "rsuid",
  "rsymfollow",
  "runbindable",
  "rw",
  "shared",
  "silent",
  "slave",
  "strictatime",
  "suid",
  "symfollow",
  "sync",
  "tmpcopyup",
  "unbindable",
];

/** silent and loud say what mount(2) writes to the kernel log (MS_SILENT); fsconfig(2) refuses both and never logs so. */
export const EFFECTS: StaticArray<u32> = [
  FLAG | 0, // async
  ATIME_NOT | NOATIME, // atime
  BIND, // bind
  NONE, // defaults
  OFF | NODEV, // dev
  OFF | NODIRATIME, // diratime
  FLAG | 1, // dirsync
  OFF | NOEXEC, // exec
  IDMAP, // idmap
  FLAG | 2, // iversion
  FLAG | 3, // lazytime
  NONE, // loud
  FLAG | 4, // mand
  ATIME | NOATIME, // noatime
  ON | NODEV, // nodev
  ON | NODIRATIME, // nodiratime
  ON | NOEXEC, // noexec
  FLAG | 5, // noiversion
  FLAG | 6, // nolazytime
  FLAG | 7, // nomand
  ATIME_NOT | RELATIME, // norelatime
  ATIME_NOT | STRICTATIME, // nostrictatime
  ON | NOSUID, // nosuid
  ON | NOSYMFOLLOW, // nosymfollow
  PROPAGATION | Type.Private, // private
  ATIME_NOT | NOATIME | DEEP, // ratime
  BIND | DEEP, // rbind
  OFF | NODEV | DEEP, // rdev
  OFF | NODIRATIME | DEEP, // rdiratime
  ATIME | RELATIME, // relatime
  REMOUNT, // remount
  OFF | NOEXEC | DEEP, // rexec
  IDMAP | DEEP, // ridmap
  ATIME | NOATIME | DEEP, // rnoatime
  ON | NODEV | DEEP, // rnodev
  ON | NODIRATIME | DEEP, // rnodiratime
  ON | NOEXEC | DEEP, // rnoexec
  ATIME_NOT | RELATIME | DEEP, // rnorelatime
  ATIME_NOT | STRICTATIME | DEEP, // rnostrictatime
  ON | NOSUID | DEEP, // rnosuid
  ON | NOSYMFOLLOW | DEEP, // rnosymfollow
  ON | RDONLY, // ro
  PROPAGATION | Type.Private | DEEP, // rprivate
  ATIME | RELATIME | DEEP, // rrelatime
  ON | RDONLY | DEEP, // rro
  OFF | RDONLY | DEEP, // rrw
  PROPAGATION | Type.Shared | DEEP, // rshared
  PROPAGATION | Type.Slave | DEEP, // rslave
  ATIME | STRICTATIME | DEEP, // rstrictatime
  OFF | NOSUID | DEEP, // rsuid
  OFF | NOSYMFOLLOW | DEEP, // rsymfollow
  PROPAGATION | Type.Unbindable | DEEP, // runbindable
  OFF | RDONLY, // rw
  PROPAGATION | Type.Shared, // shared
  NONE, // silent
  PROPAGATION | Type.Slave, // slave
  ATIME | STRICTATIME, // strictatime
  OFF | NOSUID, // suid
  OFF | NOSYMFOLLOW, // symfollow
  FLAG | 8, // sync
  TMPCOPYUP, // tmpcopyup
  PROPAGATION | Type.Unbindable, // unbindable
];
