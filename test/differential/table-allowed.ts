/** Every difference that is allowed, with its argument. One that no case shows any more fails the test. */
import type { Runtime } from "./look.ts";

export interface Allowed {
  why: string;
  section: RegExp;
  /**
   * Lines that only wrun has, and lines that only the other has. With both, one does not go without the other: for each
   * text of the first group, or once where there is none.
   */
  wrun?: RegExp;
  other?: RegExp;
  /** Default: against both. */
  against?: Runtime;
  /** Default: in every case. */
  cases?: RegExp;
  /** Only there can it be seen. */
  host?: "cgroup-v2" | "misc on v1";
}

export const allowed: readonly Allowed[] = [
  {
    why: "without cgroupsPath the runtime chooses (config-linux.md#cgroups-path); wrun keeps its own together",
    section: /^outside: cgroups$/,
    wrun: /^(\S*:)\/wrun\/ID$/,
    other: /^(\S*:)(?:\/\S+)?\/ID$/,
  },
  {
    why: "`ro` is among the options of the mount, and crun and runc do not apply it to the tmpfs of v1",
    section: /^mounts$/,
    wrun: /^\/sys\/fs\/cgroup \/ ro,.* tmpfs tmpfs /,
    other: /^\/sys\/fs\/cgroup \/ rw,.* tmpfs (?:cgroup|tmpfs) /,
  },
  {
    why: "the same, seen by a write",
    section: /^path \/sys\/fs\/cgroup$/,
    wrun: /Read-only file system$/,
    other: /^made$|Permission denied$/,
  },
  {
    why: "a hybrid host has a v2 hierarchy, in which the container has a cgroup: wrun shows it like the others",
    section: /^mounts$/,
    wrun: /^\/sys\/fs\/cgroup\/unified (?:CGROUP|\/BUNDLE|\/) .* cgroup2 cgroup2 rw/,
  },
  {
    why: "the same, as a name",
    section: /^cgroup directory$/,
    wrun: /^unified$/,
  },
  {
    why: "links for hierarchies that this host has not",
    section: /^cgroup directory$/,
    against: "crun",
    other: /^net_(?:cls|prio)$/,
  },
  {
    why: "what is masked is empty and read-only in all three; how the empty directory is made is not seen",
    section: /^mounts$/,
    wrun: /^(\S+) \/ ro,relatime - tmpfs tmpfs rw,mode=755(?:,[ug]id=(?:MAPPED|\d+)|,inode64)* on /,
    other:
      /^(\S+) \/ ro,relatime - tmpfs tmpfs (?:rw,size=0k|ro)(?:,[ug]id=(?:MAPPED|\d+)|,inode64)* on /,
  },
  {
    why: "runc masks files with the container's own /dev/null, which may be any file (CVE-2025-31133), and writable",
    section: /^mounts$/,
    against: "runc",
    wrun: /^(\S+) \/null ro,relatime - devtmpfs \S+ \S+ on /,
    other: /^(\S+) (?:\/null rw,nosuid - tmpfs tmpfs |BUNDLE\/rootfs\/dev\/null ro,)/,
  },
  {
    why: "the same, seen by a change of its mode",
    section: /^path \/(?:proc\/(?:kcore|keys|timer_list)|etc\/key)$/,
    against: "runc",
    wrun: /^chmod: .* Read-only file system$/,
    other: /^changed$|Operation not permitted$/,
  },
  {
    why: "runc makes the superblock of sysfs read-only as well, which is the same for a single mount",
    section: /^mounts$/,
    against: "runc",
    wrun: /^\/sys \/ ro,.* sysfs sysfs rw on \/$/,
    other: /^\/sys \/ ro,.* sysfs sysfs ro on \/$/,
  },
  {
    why: "runc copies the streams of a container in the foreground; wrun and crun hand their own on",
    section: /^files$/,
    against: "runc",
    wrun: /^(?:([012]) socket:\[\]|flags: 02)$/,
    other: /^(?:([012]) pipe:\[\]|flags: 0[01])$/,
  },
  {
    why: "runc makes this link only where the host has a /proc/kcore; nothing depends on it",
    section: /^devices$/,
    against: "runc",
    wrun: /^\/dev\/core |^\/proc\/kcore$/,
  },
  {
    why: "crun allows the host's console, for which no node is made, and not tun, which runc allows as well",
    section: /^outside: cgroup devices$/,
    against: "crun",
    wrun: /^devices.list c 10:200 rwm$/,
    other: /^devices.list c 5:1 rwm$/,
  },
  {
    why: "the options of devpts hold for its nodes too; runc and wrun bind the node as it is mounted",
    section: /^mounts$/,
    against: "crun",
    wrun: /^\/dev\/console \/0 rw,nosuid,noexec,relatime - devpts /,
    other: /^\/dev\/console \/0 rw,relatime - devpts /,
  },
  {
    why: "O_LARGEFILE, which 64-bit kernels set in open(2) and not in TIOCGPTPEER, and which means nothing there",
    section: /^files$/,
    cases: /^a terminal/,
    wrun: /^flags: 02$/,
    other: /^flags: 0100002$/,
  },
  {
    why: "runc switches the translation of newlines off; crun and wrun leave the terminal as the kernel made it",
    section: /^terminal$/,
    against: "runc",
    wrun: /^onlcr$/,
    other: /^-onlcr$/,
  },
  {
    why: "`runc run` takes the size of its own terminal, here none, whatever consoleSize says",
    section: /^terminal$/,
    against: "runc",
    cases: /^a terminal of a size$/,
    wrun: /^(?:rows|columns|40|100)$/,
    other: /^(?:stty:|standard|input:?|Inappropriate|ioctl|for|device)$/,
  },
  {
    why: "crun 1.8 leaves out the propagation of a bind mount; runc does as it is told",
    section: /^mounts$/,
    against: "crun",
    cases: /^binds$/,
    wrun: /^\/mnt\/(r?shared|unbindable) \S+ rw,relatime (?:shared|unbindable) - /,
    other: /^\/mnt\/(r?shared|unbindable) \S+ rw,relatime - /,
  },
  {
    why: "crun 1.8 leaves a file masked that is not below /proc writable: its owner could change the host's /dev/null",
    section: /^(?:mounts|path \/etc\/key)$/,
    against: "crun",
    wrun: /^\/etc\/key \/null ro,|^chmod: .* Read-only file system$/,
    other: /^\/etc\/key \/null rw,|^changed$/,
  },
  {
    why: "in a user namespace runc masks with the host's node too, and leaves it writable",
    section: /^mounts$/,
    against: "runc",
    cases: /user namespace|ordinary user/,
    wrun: /^(\S+) \/null ro,relatime - devtmpfs /,
    other: /^(\S+) \/null rw,relatime - devtmpfs /,
  },
  {
    why: "the source of a mount is a word; each has another for the hierarchies of v1",
    section: /^mounts$/,
    cases: /^a cgroup namespace$/,
    wrun: /^\/sys\/fs\/cgroup\/(\S+) \/ ro,.* - cgroup cgroup rw,/,
    other: /^\/sys\/fs\/cgroup\/(\S+) \/ ro,.* - cgroup (?:\/sys\/fs\/cgroup\/\S+|systemd) rw,/,
  },
  {
    why: "crun mounts the host's nodes nosuid and noexec, which say nothing about a device; runc does as wrun",
    section: /^mounts$/,
    against: "crun",
    cases: /user namespace|ordinary user/,
    wrun: /^\/dev\/(\w+) \/\1 rw,relatime - devtmpfs /,
    other: /^\/dev\/(\w+) \/\1 rw,nosuid,noexec,relatime - devtmpfs /,
  },
  {
    why: "runc mounts mqueue before it has the group of the user namespace",
    section: /^devices$/,
    against: "runc",
    cases: /user namespace/,
    wrun: /^\/dev\/mqueue drwxrwxrwt 0:0 /,
    other: /^\/dev\/mqueue drwxrwxrwt 0:65534 /,
  },
  {
    why: "each names the session keyring in its way; wrun gives it no name, so that nobody can have taken it before",
    section: /^keys$/,
    against: "runc",
    wrun: / keyring _ses: empty$/,
    other: / keyring (?:_ses\.)?ID: empty$/,
  },
  {
    why: "without linux.resources crun allows every device, runc and wrun the default ones",
    section: /^outside: cgroup devices$/,
    against: "crun",
    cases: /^(?:no resources)$/,
    wrun: /^devices.list [bc] /,
    other: /^devices.list a \*:\* rwm$/,
  },
  {
    why: "the same access: that every node may be made is among the rules of all three",
    section: /^outside: cgroup devices$/,
    cases: /^devices$/,
    wrun: /^devices.list c 10:229 rwm$/,
    other: /^devices.list (?:c 10:229 rw|b 7:\* m)$/,
  },
  {
    why: "runc 1.1.5 forgets the propagation of a root that is read-only; crun does as wrun",
    section: /^mounts$/,
    against: "runc",
    cases: /^a shared root$/,
    wrun: /^\/ BUNDLE\/rootfs ro,relatime shared - /,
    other: /^\/ BUNDLE\/rootfs ro,relatime - /,
  },
  {
    why: "runc gives a tmpfs the mode of the directory below it, whatever `mode=` says",
    section: /^directory$/,
    against: "runc",
    cases: /^a directory of its own/,
    wrun: /^\. drwx------ 1000:1000 /,
    other: /^\. drwxr-xr-x 1000:1000 /,
  },
  {
    why: "crun gives a user without an entry no home; runc `/`, as login(1) does",
    section: /^environment$/,
    against: "crun",
    cases: /^a user without an entry/,
    wrun: /^HOME=\/$/,
  },
  {
    why: "crun's session keyring is the host root's, whom a user namespace does not show; there is one all the same",
    section: /^path \/proc\/keys$/,
    against: "crun",
    cases: /its keys$/,
    wrun: /^1$/,
    other: /^0$/,
  },
  {
    why: "the same, as a line of /proc/keys",
    section: /^keys$/,
    against: "crun",
    cases: /its keys$/,
    wrun: / keyring _ses: empty$/,
  },
  {
    why: "wrun hands on the controllers that a limit or the statistics need, the others hand on all there are",
    section: /^(?:cgroup directory|path \/sys\/fs\/cgroup)$/,
    host: "cgroup-v2",
    other: /^(?:hugetlb|misc|rdma)\./,
  },
  {
    why: "runc 1.1 does not know the controller misc on v1, and leaves the container in the host's cgroup of it",
    section: /^(?:mounts|cgroup|outside: cgroups)$/,
    against: "runc",
    host: "misc on v1",
    wrun: /^(?:\/sys\/fs\/cgroup\/misc .*|\d+:misc:.*)$/,
    other: /^(?:\/sys\/fs\/cgroup\/misc \/ .*|\d+:misc:\/)$/,
  },
  {
    why: "the source of a mount is a word",
    section: /^mounts$/,
    against: "runc",
    host: "cgroup-v2",
    wrun: /^\/sys\/fs\/cgroup \/ (\S+) - cgroup2 cgroup2 /,
    other: /^\/sys\/fs\/cgroup \/ (\S+) - cgroup2 cgroup /,
  },
  {
    why: "crun 1.8 and runc 1.1 have the old formula, by which a default of 1024 is not the kernel's 100; crun 1.23 has wrun's",
    section: /^outside: cgroup /,
    cases: /^limits$/,
    host: "cgroup-v2",
    wrun: /^(cpu.weight(?:.nice)?) (?:59|2)$/,
    other: /^(cpu.weight(?:.nice)?) (?:20|7)$/,
  },
  {
    why: "the owner may be changed where the cgroups are mounted writable (config-linux.md), which they are not",
    section: /^outside: cgroup /,
    against: "crun",
    cases: /^a user namespace$/,
    host: "cgroup-v2",
    wrun: /^owner 0:0$/,
    other: /^owner MAPPED:MAPPED$/,
  },
];
