/**
 * What each feature of a spec adds to a program: test/launch/golden/base.txt is the whole of one, the other files are
 * what differs from it. UPDATE=1 writes them anew.
 */
import type { How, Rootfs } from "../../runtime/launch/launch.ts";
import type { Mount, Seccomp, Spec } from "../../runtime/spec/types.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { golden } from "../cli/golden.ts";
import { topic } from "../harness.ts";
import * as host from "./imaginary.ts";
import { base, list, withLinux, withProcess, withUser } from "./imaginary.ts";
import { difference, programLines } from "./text.ts";

const test = topic("launch golden");

interface Feature {
  spec?: Spec;
  facts?: Facts;
  rootfs?: Rootfs;
  how?: Partial<How>;
  /** What it is compared with, the base when left out. */
  from?: Feature;
  /** Shows every step of making a mount point. */
  full?: boolean;
}

function linesOf({ spec = base, facts = host.root, rootfs, how, full }: Feature): string[] {
  return programLines(host.programOf(spec, facts, rootfs, how), facts.arch, !full);
}

const joined = (...types: Parameters<typeof list>) =>
  list(...types).map(({ type }) => ({ type, path: `/run/ns/${type}` }));

const mount = (destination: string, type: string, source: string, ...options: string[]) => ({
  destination,
  type,
  source,
  options,
});
const mounts = (...more: Mount[]): Spec => ({
  ...base,
  mounts: [...(base.mounts ?? []), ...more],
});

const filter: Seccomp = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }],
};
const asking: Seccomp = {
  ...filter,
  syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_NOTIFY" }],
  listenerPath: "/run/agent",
};

const dev = mount("/dev", "tmpfs", "tmpfs", "mode=755");
const pts = mount("/dev/pts", "devpts", "devpts", "newinstance", "gid=5");

const user = withUser(base);
const rootless: Feature = { spec: user, facts: host.single };

const features: Record<string, Feature> = {
  "host-overlay": { rootfs: { kind: "host-overlay" } },
  "userns-auto": { spec: user },
  "userns-ranges": { spec: user, facts: host.ranges },
  "userns-single": rootless,
  "userns-single-overlay": { ...rootless, rootfs: { kind: "host-overlay" }, from: rootless },
  "namespaces-least": { spec: withLinux({ namespaces: list("mount") }) },
  "namespaces-joined": {
    spec: withLinux({
      namespaces: joined("uts", "mount", "pid", "ipc", "user", "network", "time"),
    }),
  },
  "namespaces-joined-by-root": {
    spec: withLinux({
      namespaces: joined("time", "cgroup", "uts", "ipc", "network", "pid", "mount"),
    }),
  },
  network: { spec: withLinux({ namespaces: list("pid", "mount", "ipc", "uts", "network") }) },
  cgroup: { spec: withLinux({ namespaces: list("pid", "mount", "ipc", "uts", "cgroup") }) },
  "time-offsets": {
    spec: withLinux({
      namespaces: list("pid", "mount", "ipc", "uts", "time"),
      timeOffsets: { boottime: { secs: -3 }, monotonic: { secs: 5, nanosecs: 7 } },
    }),
  },
  "no-cgroup": { spec: user, facts: host.noCgroup, from: rootless },
  "cgroup-v1": { facts: host.pi },
  "cgroup-mount-v1": {
    spec: mounts(mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro")),
    facts: host.pi,
    from: { facts: host.pi },
  },
  "cgroup-mount-v2": {
    spec: mounts(mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro", "nosuid")),
  },
  "mount-point-of-source": {
    spec: mounts(mount("/data", "none", "/srv/data", "bind")),
    full: true,
    from: { full: true },
  },
  "mount-point-of-directory": {
    spec: mounts(mount("/a/b/c", "tmpfs", "tmpfs")),
    full: true,
    from: { full: true },
  },
  "mount-bind": { spec: mounts(mount("/data", "none", "/srv/data", "bind")) },
  "mount-bind-ro": { spec: mounts(mount("/data", "none", "/srv/data", "bind", "ro", "noexec")) },
  "mount-bind-rro": { spec: mounts(mount("/data", "none", "/srv/data", "rbind", "rro")) },
  "mount-bind-shared": { spec: mounts(mount("/data", "none", "/srv/data", "rbind", "rshared")) },
  "mount-tmpcopyup": { spec: mounts(mount("/run", "tmpfs", "tmpfs", "ro", "tmpcopyup", "nosuid")) },
  "mount-bind-idmap": {
    spec: mounts({
      ...mount("/data", "none", "/srv/data", "rbind", "ridmap"),
      uidMappings: [{ containerID: 0, hostID: 5000, size: 10 }],
      gidMappings: [{ containerID: 0, hostID: 5000, size: 10 }],
    }),
  },
  "mount-bind-atime": { spec: mounts(mount("/data", "none", "/srv/data", "bind", "noatime")) },
  "mount-tmpfs": {
    spec: mounts(mount("/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "size=64k", "mode=1777")),
  },
  "mount-devpts": { spec: mounts(pts) },
  "mount-devpts-unmapped-gid": {
    spec: withUser(mounts(pts)),
    facts: host.single,
    from: rootless,
  },
  devices: { spec: mounts(dev) },
  "devices-userns": { spec: withUser(mounts(dev)), from: { spec: user } },
  "devices-own": {
    spec: {
      ...withLinux({
        devices: [
          { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o600, uid: 7, gid: 8 },
          { path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 0o444 },
        ],
      }),
      mounts: mounts(dev).mounts,
    },
    from: { spec: mounts(dev) },
  },
  terminal: {
    spec: { ...withProcess({ terminal: true }), mounts: mounts(dev, pts).mounts },
    from: { spec: mounts(dev, pts) },
  },
  "terminal-size": {
    spec: withProcess({
      terminal: true,
      consoleSize: { height: 24, width: 80 },
      user: { uid: 7, gid: 8 },
    }),
    from: { spec: withProcess({ terminal: true, user: { uid: 7, gid: 8 } }) },
  },
  "masked-paths": { spec: withLinux({ maskedPaths: ["/proc/kcore", "/sys/firmware"] }) },
  "readonly-paths": { spec: withLinux({ readonlyPaths: ["/proc/sys"] }) },
  "root-readonly": { spec: { ...base, root: { path: "rootfs", readonly: true } } },
  "root-shared": { spec: withLinux({ rootfsPropagation: "shared" }) },
  names: { spec: { ...base, hostname: "boxy", domainname: "example" } },
  sysctl: {
    spec: withLinux({
      namespaces: list("pid", "mount", "ipc", "uts", "network"),
      sysctl: { "net.ipv4.ip_forward": "1", "net/ipv4/conf/eth0.1/rp_filter": "0" },
    }),
    from: { spec: withLinux({ namespaces: list("pid", "mount", "ipc", "uts", "network") }) },
  },
  rlimits: {
    spec: withProcess({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1024, hard: -1 }] }),
  },
  scheduler: {
    spec: withProcess({
      scheduler: { policy: "SCHED_BATCH", nice: -3, flags: ["SCHED_FLAG_RESET_ON_FORK"] },
    }),
  },
  "scheduler-userns": {
    spec: withUser(withProcess({ scheduler: { policy: "SCHED_IDLE" } })),
    from: { spec: withUser(base) },
  },
  "io-priority": { spec: withProcess({ ioPriority: { class: "IOPRIO_CLASS_BE", priority: 6 } }) },
  "cpu-affinity": {
    spec: withProcess({ execCPUAffinity: { initial: "0,3", final: "64" } }),
    how: { isExec: true },
  },
  "cpu-affinity-not-of-exec": { spec: withProcess({ execCPUAffinity: { initial: "0,3" } }) },
  "memory-policy": {
    spec: withLinux({
      memoryPolicy: { mode: "MPOL_BIND", nodes: "0,65", flags: ["MPOL_F_STATIC_NODES"] },
    }),
  },
  personality: { spec: withLinux({ personality: { domain: "LINUX32" } }) },
  apparmor: { spec: withProcess({ apparmorProfile: "box" }) },
  "apparmor-joined": {
    spec: {
      ...withProcess({ apparmorProfile: "box" }),
      linux: { namespaces: [{ type: "mount", path: "/proc/7/ns/mnt" }] },
    },
    from: { spec: { ...base, linux: { namespaces: [{ type: "mount", path: "/proc/7/ns/mnt" }] } } },
  },
  selinux: {
    spec: {
      ...withProcess({ selinuxLabel: "system_u:system_r:box_t:s0:c1,c2" }),
      linux: { ...base.linux, mountLabel: "system_u:object_r:box_file_t:s0:c1,c2" },
      mounts: [...(base.mounts ?? []), mount("/run", "tmpfs", "tmpfs")],
    },
    from: { spec: mounts(mount("/run", "tmpfs", "tmpfs")) },
  },
  listener: {
    spec: withLinux({ seccomp: asking }),
    from: { spec: withLinux({ seccomp: filter }) },
  },
  "listener-no-new-privileges": {
    spec: { ...withProcess({ noNewPrivileges: true }), linux: { ...base.linux, seccomp: asking } },
    how: { waitsFor: "start" },
    from: {
      spec: {
        ...withProcess({ noNewPrivileges: true }),
        linux: { ...base.linux, seccomp: filter },
      },
      how: { waitsFor: "start" },
    },
  },
  "oom-score": { spec: withProcess({ oomScoreAdj: -500 }) },
  "user-and-capabilities": {
    spec: withProcess({
      user: { uid: 1000, gid: 1001, umask: 0o27, additionalGids: [5, 6] },
      capabilities: {
        bounding: ["CAP_CHOWN", "CAP_KILL"],
        effective: ["CAP_KILL"],
        permitted: ["CAP_KILL"],
        inheritable: ["CAP_KILL"],
        ambient: ["CAP_KILL"],
      },
    }),
  },
  "no-new-privileges": { spec: withProcess({ noNewPrivileges: true }) },
  "search-path": { spec: withProcess({ args: ["app"], env: ["PATH=/bin:/opt/"] }) },
  cwd: { spec: withProcess({ cwd: "/srv" }) },
  create: { how: { waitsFor: "start" } },
  "create-search-path": {
    spec: withProcess({ args: ["app"], env: ["PATH=/bin:/opt/"] }),
    how: { waitsFor: "start" },
    from: { spec: withProcess({ args: ["app"], env: ["PATH=/bin:/opt/"] }) },
  },
  "preserved-fds": { how: { preserved: 2 } },
  "create-preserved-fds": {
    how: { preserved: 2, waitsFor: "start" },
    from: { how: { waitsFor: "start" } },
  },
  "hooks-of-create": {
    spec: {
      ...base,
      hooks: {
        createRuntime: [{ path: "/opt/runtime" }],
        createContainer: [{ path: "/opt/hook", args: ["hook", "x"], env: ["A=1"], timeout: 5 }],
      },
    },
  },
  "hooks-of-start": {
    spec: { ...base, hooks: { startContainer: [{ path: "/hook" }, { path: "/two" }] } },
    how: { waitsFor: "start" },
    from: { how: { waitsFor: "start" } },
  },
  "no-pivot-with-hooks": {
    spec: { ...base, hooks: { prestart: [{ path: "/opt/hook" }] } },
    how: { pivot: false },
    from: { spec: { ...base, hooks: { prestart: [{ path: "/opt/hook" }] } } },
  },
  keeper: { how: { waitsFor: "start", keeper: true }, from: { how: { waitsFor: "start" } } },
  "no-pivot": { how: { pivot: false } },
  "no-new-keyring": { how: { ownKeyring: false } },
};

test("base: the whole program", () => {
  golden("test/launch/golden/base.txt", `${linesOf({}).join("\n")}\n`);
});

for (const [name, feature] of Object.entries(features)) {
  test(`${name}: what it changes`, () => {
    const lines = difference(linesOf(feature.from ?? {}), linesOf(feature));
    golden(`test/launch/golden/${name}.txt`, `${lines.join("\n")}\n`);
  });
}

test("the same launch gives the same program", () => {
  for (const feature of Object.values(features)) {
    const [one, two] = [linesOf(feature), linesOf(feature)];
    if (one.join("\n") !== two.join("\n")) throw new Error(difference(one, two).join("\n"));
  }
});

test.run();
