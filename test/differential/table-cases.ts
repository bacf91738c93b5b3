/** The bundles that are compared: what `wrun spec` writes, and one thing changed. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Edit, FullSpec } from "./bundle.ts";

export interface Case {
  name: string;
  edit: Edit;
  terminal?: boolean;
  /** Also in the virtual machines: what another kernel or cgroup version can change. */
  vm?: boolean;
  /** A runtime that cannot do it. */
  not?: "crun" | "runc";
  /** Whose `spec` it is, default wrun's; then with the terminal switched off only. */
  from?: "crun" | "runc";
  /** As an ordinary user, from `wrun spec --rootless`. */
  rootless?: true;
}

/** Ids that no other container has, so that /proc/keys shows no other's keys. */
function mapIds({ linux }: FullSpec): void {
  const first = 0x1000_0000 + Math.floor(Math.random() * 0x1_0000) * 2000;
  const maps = [
    { containerID: 0, hostID: first, size: 1000 },
    { containerID: 1000, hostID: first + 1000, size: 1000 },
  ];
  linux.namespaces?.push({ type: "user" });
  linux.uidMappings = maps;
  linux.gidMappings = maps;
}

export const cases: readonly Case[] = [
  { name: "as it is", edit: () => {}, vm: true },
  { name: "a bundle of crun", from: "crun", edit: () => {} },
  { name: "a bundle of runc", from: "runc", edit: () => {} },
  { name: "an ordinary user", rootless: true, edit: () => {} },
  {
    name: "a terminal",
    terminal: true,
    edit: ({ process }) => {
      process.terminal = true;
    },
  },
  {
    name: "a terminal of a size",
    terminal: true,
    edit: ({ process }) => {
      process.terminal = true;
      process.user = { uid: 1000, gid: 1000 };
      process.consoleSize = { height: 40, width: 100 };
    },
  },
  {
    name: "a user with groups",
    edit: ({ process }) => {
      process.user = { uid: 1000, gid: 1001, additionalGids: [5, 1000, 70_000], umask: 0o27 };
    },
  },
  {
    name: "a user without an entry in passwd",
    edit: ({ process }) => {
      process.user = { uid: 4321, gid: 0 };
    },
  },
  {
    name: "a writable root",
    edit: ({ root }) => {
      root.readonly = false;
    },
  },
  {
    name: "binds",
    edit: (spec, directory) => {
      const at = (name: string): string => {
        mkdirSync(join(directory, name, "below"), { recursive: true });
        return join(directory, name);
      };
      writeFileSync(join(directory, "file"), "text\n", { mode: 0o640 });
      const bind = (name: string, ...options: string[]): void => {
        spec.mounts.push({ destination: `/mnt/${name}`, type: "bind", source: at(name), options });
      };
      bind("plain", "bind");
      bind("ro", "bind", "ro");
      bind("rro", "rbind", "rro");
      bind("hard", "rbind", "ro", "nosuid", "nodev", "noexec", "noatime");
      bind("strict", "bind", "strictatime", "nodiratime");
      bind("rprivate", "rbind", "rprivate");
      bind("rshared", "rbind", "rshared");
      bind("rslave", "rbind", "rslave");
      bind("shared", "bind", "shared");
      bind("unbindable", "bind", "unbindable");
      bind("deep/er/than/that", "bind");
      spec.mounts.push(
        {
          destination: "/mnt/file",
          type: "bind",
          source: join(directory, "file"),
          options: ["bind", "ro"],
        },
        { destination: "/etc/group", source: join(directory, "file"), options: ["bind"] },
        { destination: "/mnt/relative", type: "bind", source: "plain", options: ["bind"] },
        { destination: "/mnt/dev", type: "bind", source: "/dev/zero", options: ["bind"] },
      );
    },
  },
  {
    name: "links on the way to a mount point",
    edit: (spec, directory) => {
      symlinkSync("/mnt", join(directory, "rootfs/link"));
      symlinkSync("../../../../tmp", join(directory, "rootfs/up"));
      for (const destination of ["/link/a", "/up/b"]) {
        spec.mounts.push({ destination, type: "tmpfs", source: "tmpfs", options: ["size=1m"] });
      }
    },
  },
  {
    name: "tmpfs",
    edit: ({ mounts }) => {
      const tmpfs = (name: string, ...options: string[]): void => {
        mounts.push({ destination: `/mnt/${name}`, type: "tmpfs", source: `the-${name}`, options });
      };
      tmpfs("plain");
      tmpfs("options", "mode=1777", "size=1m", "nr_inodes=100", "uid=1000", "gid=1001");
      tmpfs("ro", "ro", "mode=700");
      tmpfs("noatime", "noatime", "nosuid", "noexec", "nodev");
      tmpfs("propagated", "rslave");
      tmpfs("over", "size=2m");
      tmpfs("over", "size=3m");
      mounts.push({ destination: "/mnt/over/below", type: "ramfs", source: "ramfs" });
    },
  },
  {
    name: "limits",
    vm: true,
    edit: ({ linux }, directory) => {
      linux.cgroupsPath = `/${basename(directory)}`;
      linux.resources = {
        ...linux.resources,
        memory: { limit: 64 << 20, swap: 128 << 20, reservation: 32 << 20 },
        cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
        pids: { limit: 50 },
      };
    },
  },
  {
    name: "limits of -1",
    // It writes -1 to pids.max.
    not: "crun",
    edit: ({ linux }, directory) => {
      linux.cgroupsPath = `/${basename(directory)}`;
      linux.resources = {
        memory: { limit: -1, swap: -1, reservation: -1 },
        cpu: { quota: -1, shares: 2000 },
        pids: { limit: -1 },
      };
    },
  },
  {
    name: "a relative cgroup",
    edit: ({ linux }, directory) => {
      linux.cgroupsPath = basename(directory);
    },
  },
  {
    name: "no resources",
    edit: ({ linux }) => {
      delete linux.resources;
    },
  },
  {
    // `wrun spec` has one where the host has cgroup v2 alone.
    name: "a cgroup namespace",
    edit: ({ linux }) => {
      const others = (linux.namespaces ?? []).filter(({ type }) => type !== "cgroup");
      linux.namespaces = [...others, { type: "cgroup" }];
    },
  },
  {
    name: "a user namespace",
    vm: true,
    edit: (spec) => {
      mapIds(spec);
      spec.process.user = { uid: 0, gid: 0, additionalGids: [5, 1001] };
    },
  },
  {
    name: "a user of a user namespace, and its keys",
    edit: (spec) => {
      mapIds(spec);
      spec.process.user = { uid: 1000, gid: 1000 };
      spec.linux.maskedPaths =
        spec.linux.maskedPaths?.filter((path) => path !== "/proc/keys") ?? [];
    },
  },
  {
    name: "sysctl",
    edit: ({ linux }) => {
      linux.sysctl = {
        "net.ipv4.ip_forward": "1",
        "net.ipv4.ping_group_range": "0 1000",
        "net/ipv4/conf/lo/rp_filter": "2",
        "kernel.shmmax": "1000000",
        "kernel.msgmax": "9000",
        "fs.mqueue.msg_max": "20",
      };
    },
  },
  {
    name: "rlimits",
    edit: ({ process }) => {
      const limit = (name: string, soft: number, hard: number) => ({
        type: `RLIMIT_${name}`,
        soft,
        hard,
      });
      process.rlimits = [
        limit("NOFILE", 100, 200),
        limit("CORE", 0, 0),
        limit("STACK", 1 << 20, 2 << 20),
        limit("NPROC", 500, 600),
        limit("AS", 1 << 30, 1 << 30),
        limit("MSGQUEUE", 10_000, 20_000),
      ];
    },
  },
  {
    name: "no rlimits",
    edit: ({ process }) => {
      delete process.rlimits;
    },
  },
  {
    name: "many capabilities",
    edit: ({ process }) => {
      const all = ["CAP_CHOWN", "CAP_SETUID", "CAP_SETGID", "CAP_NET_RAW", "CAP_SYS_CHROOT"];
      process.capabilities = {
        bounding: [...all, "CAP_SYS_ADMIN", "CAP_BPF"],
        permitted: [...all, "CAP_SYS_ADMIN"],
        effective: all,
        inheritable: ["CAP_CHOWN", "CAP_NET_RAW"],
        ambient: ["CAP_NET_RAW"],
      };
      process.noNewPrivileges = false;
    },
  },
  {
    name: "capabilities of a user",
    edit: ({ process }) => {
      const few = ["CAP_NET_BIND_SERVICE", "CAP_KILL"];
      process.user = { uid: 1000, gid: 1000 };
      process.capabilities = {
        bounding: few,
        permitted: few,
        effective: few,
        inheritable: few,
        ambient: few,
      };
    },
  },
  {
    name: "capabilities of a user that are not ambient",
    edit: ({ process }) => {
      const few = ["CAP_NET_BIND_SERVICE", "CAP_KILL"];
      process.user = { uid: 1000, gid: 1000 };
      process.capabilities = { bounding: few, permitted: few, effective: few };
    },
  },
  {
    name: "empty capabilities",
    edit: ({ process }) => {
      process.capabilities = {};
    },
  },
  {
    name: "no capabilities",
    edit: ({ process }) => {
      delete process.capabilities;
    },
  },
  {
    name: "nothing masked",
    edit: ({ linux }) => {
      delete linux.maskedPaths;
      delete linux.readonlyPaths;
    },
  },
  {
    name: "masked and read-only paths of the rootfs",
    edit: ({ linux, root }, directory) => {
      root.readonly = false;
      mkdirSync(join(directory, "rootfs/secret/below"), { recursive: true });
      writeFileSync(join(directory, "rootfs/secret/file"), "text");
      mkdirSync(join(directory, "rootfs/kept"));
      writeFileSync(join(directory, "rootfs/etc/key"), "text");
      linux.maskedPaths = ["/secret", "/etc/key", "/not/there"];
      linux.readonlyPaths = ["/kept", "/etc", "/not/there"];
    },
  },
  ...(["shared", "slave", "private", "unbindable"] as const).map(
    (type): Case => ({
      name: `a ${type} root`,
      // It binds the rootfs after it has made it unbindable.
      ...(type === "unbindable" ? { not: "runc" as const } : {}),
      edit: ({ linux }) => {
        linux.rootfsPropagation = type;
      },
    }),
  ),
  {
    name: "devices",
    edit: ({ linux }) => {
      linux.devices = [
        { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o660, uid: 0, gid: 5 },
        {
          path: "/dev/some/where",
          type: "b",
          major: 7,
          minor: 300,
          fileMode: 0o600,
          uid: 1,
          gid: 2,
        },
        { path: "/dev/plain", type: "c", major: 1, minor: 3 },
        { path: "/dev/fifo", type: "p", fileMode: 0o644 },
      ];
      linux.resources = {
        devices: [
          { allow: false, access: "rwm" },
          { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
          { allow: true, type: "b", major: 7, access: "m" },
        ],
      };
    },
  },
  {
    name: "names and scores",
    edit: (spec) => {
      spec.hostname = "other.example";
      spec.process.oomScoreAdj = 300;
      spec.process.env = ["B=2", "A=1", "B=3", "EMPTY=", "HOME=/somewhere"];
      spec.process.cwd = "/tmp";
    },
  },
  {
    name: "the namespaces of the host",
    edit: (spec) => {
      spec.linux.namespaces = [{ type: "mount" }, { type: "pid" }];
      delete spec.hostname;
      spec.mounts = spec.mounts.map((mount) =>
        mount.type === "sysfs"
          ? {
              destination: "/sys",
              type: "none",
              source: "/sys",
              options: ["rbind", "nosuid", "noexec", "nodev", "ro"],
            }
          : mount,
      );
    },
  },
  {
    name: "few mounts",
    edit: (spec) => {
      spec.mounts = spec.mounts.filter(({ type }) => type === "proc");
    },
  },
  {
    name: "a directory of its own for a user",
    edit: ({ process, mounts }) => {
      process.user = { uid: 1000, gid: 1000 };
      process.cwd = "/mnt";
      mounts.push({
        destination: "/mnt",
        type: "tmpfs",
        source: "tmpfs",
        options: ["mode=700", "uid=1000", "gid=1000"],
      });
    },
  },
  {
    name: "a tmpfs that begins with what it covers",
    edit: ({ mounts }) => {
      const options = ["nosuid", "tmpcopyup", "mode=0755"];
      mounts.push({ destination: "/etc", type: "tmpfs", source: "tmpfs", options });
    },
  },
  {
    name: "a personality",
    not: "runc",
    edit: ({ linux }) => {
      linux.personality = { domain: "LINUX32" };
    },
  },
  {
    name: "a mount of other ids in a user namespace",
    not: "runc",
    edit: (spec, directory) => {
      mapIds(spec);
      const source = join(directory, "owned");
      mkdirSync(source);
      const mapping = [
        { containerID: 0, hostID: spec.linux.uidMappings?.[0]?.hostID ?? 0, size: 1000 },
      ];
      spec.mounts.push({
        ...{ destination: "/mnt", type: "none", source, options: ["bind", "idmap"] },
        ...{ uidMappings: mapping, gidMappings: mapping },
      });
    },
  },
];
