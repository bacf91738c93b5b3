/**
 * The options of config.md#linux-mount-options that a runtime MUST support: what may stand before the option, for it to
 * undo, and what the mount's line of /proc/self/mountinfo is then.
 */
type Row = [before: string[], seen: RegExp];

/** Of the mount, and of its file system: mountinfo has the two in two places. */
const mount = (has: string): RegExp => new RegExp(` /mnt (\\S+,)?${has}(,\\S+)? `);
const without = (has: string): RegExp => new RegExp(` /mnt (?!\\S*\\b${has}\\b)\\S+ `);
const system = (has: string): RegExp => new RegExp(` - tmpfs tmpfs (\\S+,)?${has}(,\\S+)?$`, "m");
const systemWithout = (has: string): RegExp =>
  new RegExp(` - tmpfs tmpfs (?!\\S*\\b${has}\\b)\\S+$`, "m");
const fields = (text: string): RegExp => new RegExp(` /mnt \\S+ ${text}- `);
/** The kernel takes it, and shows it nowhere. */
const taken = / \/mnt .* - tmpfs tmpfs /;

export const mountOptions: Record<string, Row> = {
  async: [["sync"], systemWithout("sync")],
  atime: [["noatime"], without("noatime")],
  bind: [[], / \/mnt /],
  defaults: [[], mount("rw")],
  dev: [["nodev"], without("nodev")],
  diratime: [["nodiratime"], without("nodiratime")],
  dirsync: [[], system("dirsync")],
  exec: [["noexec"], without("noexec")],
  iversion: [[], taken],
  lazytime: [[], system("lazytime")],
  loud: [["silent"], taken],
  noatime: [[], mount("noatime")],
  nodev: [["dev"], mount("nodev")],
  nodiratime: [["diratime"], mount("nodiratime")],
  noexec: [["exec"], mount("noexec")],
  noiversion: [["iversion"], taken],
  nolazytime: [["lazytime"], systemWithout("lazytime")],
  norelatime: [["noatime", "relatime"], without("noatime")],
  nostrictatime: [["strictatime"], mount("relatime")],
  nosuid: [["suid"], mount("nosuid")],
  private: [["shared"], fields("")],
  rbind: [[], / \/mnt /],
  relatime: [["noatime"], mount("relatime")],
  remount: [["ro"], mount("ro")],
  ro: [["rw"], mount("ro")],
  rprivate: [["rshared"], fields("")],
  rshared: [[], fields("shared:\\d+ ")],
  rslave: [["rshared"], fields("(master:\\d+ )?")],
  runbindable: [[], fields("unbindable ")],
  rw: [["ro"], mount("rw")],
  shared: [[], fields("shared:\\d+ ")],
  silent: [[], taken],
  slave: [["shared"], fields("(master:\\d+ )?")],
  strictatime: [["noatime"], without("(no|rel)atime")],
  suid: [["nosuid"], without("nosuid")],
  sync: [["async"], system("sync")],
  unbindable: [[], fields("unbindable ")],
};
