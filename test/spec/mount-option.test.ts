import * as assert from "uvu/assert";
import type { MountOptions } from "../../runtime/spec/mount-option.ts";
import { mountOptionsOf } from "../../runtime/spec/mount-option.ts";
import { mountOptions } from "../../runtime/spec/table-mount-option.ts";
import { topic } from "../harness.ts";

const test = topic("spec/mount-option");

const nothing: MountOptions = {
  attrSet: 0,
  attrClear: 0,
  recursiveSet: 0,
  recursiveClear: 0,
  fsFlags: [],
  propagation: null,
  bind: false,
  data: [],
  remount: false,
  tmpcopyup: false,
  idmap: false,
};

const set = (bit: number) => ({ attrSet: bit });
const clear = (bit: number) => ({ attrClear: bit });
const rset = (bit: number) => ({ recursiveSet: bit });
const rclear = (bit: number) => ({ recursiveClear: bit });
/** All of MOUNT_ATTR__ATIME in attr_clr, as mount_setattr(2) wants it. */
const atime = (mode: number) => ({ attrSet: mode, attrClear: 0x70 });
const ratime = (mode: number) => ({ recursiveSet: mode, recursiveClear: 0x70 });
const flag = (name: string) => ({ fsFlags: [name] });
const propagate = (
  type: "private" | "shared" | "slave" | "unbindable",
  bit: number,
  recursive = false,
) => ({
  propagation: { type, flag: 1 << bit, recursive },
});

/** Every option of config.md#linux-mount-options by itself, with numbers from linux/mount.h. */
const alone: Record<string, Partial<MountOptions>> = {
  async: flag("async"),
  atime: atime(0),
  bind: { bind: "bind" },
  defaults: {},
  dev: clear(4),
  diratime: clear(0x80),
  dirsync: flag("dirsync"),
  exec: clear(8),
  idmap: { idmap: "idmap" },
  iversion: flag("i_version"),
  lazytime: flag("lazytime"),
  loud: {},
  mand: flag("mand"),
  noatime: atime(0x10),
  nodev: set(4),
  nodiratime: set(0x80),
  noexec: set(8),
  noiversion: {},
  nolazytime: flag("nolazytime"),
  nomand: flag("nomand"),
  norelatime: {},
  nostrictatime: atime(0),
  nosuid: set(2),
  nosymfollow: set(0x200000),
  private: propagate("private", 18),
  ratime: ratime(0),
  rbind: { bind: "rbind" },
  rdev: rclear(4),
  rdiratime: rclear(0x80),
  relatime: atime(0),
  remount: { remount: true },
  rexec: rclear(8),
  ridmap: { idmap: "ridmap" },
  rnoatime: ratime(0x10),
  rnodev: rset(4),
  rnodiratime: rset(0x80),
  rnoexec: rset(8),
  rnorelatime: {},
  rnostrictatime: ratime(0),
  rnosuid: rset(2),
  rnosymfollow: rset(0x200000),
  ro: set(1),
  rprivate: propagate("private", 18, true),
  rrelatime: ratime(0),
  rro: rset(1),
  rrw: rclear(1),
  rshared: propagate("shared", 20, true),
  rslave: propagate("slave", 19, true),
  rstrictatime: ratime(0x20),
  rsuid: rclear(2),
  rsymfollow: rclear(0x200000),
  runbindable: propagate("unbindable", 17, true),
  rw: clear(1),
  shared: propagate("shared", 20),
  silent: {},
  slave: propagate("slave", 19),
  strictatime: atime(0x20),
  suid: clear(2),
  symfollow: clear(0x200000),
  sync: flag("sync"),
  tmpcopyup: { tmpcopyup: true },
  unbindable: propagate("unbindable", 17),
};

test("has the 61 options of the specification and rnodev, and no other", () => {
  assert.is(mountOptions.size, 62);
  assert.equal([...mountOptions.keys()].sort(), Object.keys(alone).sort());
});

for (const [option, expected] of Object.entries(alone)) {
  test(`sorts ${option}`, () => {
    assert.equal(mountOptionsOf([option]), { ...nothing, ...expected });
  });
}

const together: [options: string[], expected: Partial<MountOptions>][] = [
  [["ro", "rw"], clear(1)],
  [["rw", "ro"], set(1)],
  [["nosuid", "noexec", "nodev", "ro"], set(15)],
  [["ro", "rrw"], { attrSet: 1, recursiveClear: 1 }],
  [["noatime", "atime"], atime(0)],
  [["strictatime", "atime"], atime(0x20)],
  [["noatime", "nostrictatime"], atime(0x10)],
  [["strictatime", "nostrictatime"], atime(0)],
  [["relatime", "norelatime"], atime(0)],
  [["noatime", "norelatime"], atime(0x10)],
  [["noatime", "strictatime"], atime(0x20)],
  [["noatime", "nodiratime"], { attrSet: 0x90, attrClear: 0x70 }],
  [["noatime", "rstrictatime"], { ...atime(0x10), ...ratime(0x20) }],
  [["sync", "async"], flag("async")],
  [["async", "sync", "sync"], flag("sync")],
  [["lazytime", "nolazytime"], flag("nolazytime")],
  [["iversion", "noiversion"], {}],
  [["sync", "dirsync"], { fsFlags: ["sync", "dirsync"] }],
  [["rprivate", "slave"], propagate("slave", 19)],
  [["rbind", "bind"], { bind: "rbind" }],
  [["mode=755", "size=64k", "newinstance"], { data: ["mode=755", "size=64k", "newinstance"] }],
  // Words of other tables are the file system's own, and for it to refuse.
  [["RO", "ro=1", "constructor"], { data: ["RO", "ro=1", "constructor"] }],
];

for (const [options, expected] of together) {
  test(`sorts ${options.join(",")}`, () => {
    assert.equal(mountOptionsOf(options), { ...nothing, ...expected });
  });
}

test.run();
