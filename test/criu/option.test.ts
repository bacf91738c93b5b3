/** What CRIU is asked for: from the container and the flags, no effect between. */
import * as assert from "uvu/assert";
import { describe, externalFiles, inherited } from "../../runtime/criu/descriptor.ts";
import { type Dump, dumpOptions } from "../../runtime/criu/dump.ts";
import { criuPaths } from "../../runtime/criu/error.ts";
import { externalMounts } from "../../runtime/criu/external.ts";
import { errorsOf, wordsOf } from "../../runtime/criu/log.ts";
import { handedNamespaces, restoreOptions } from "../../runtime/criu/restore.ts";
import { WrunError } from "../../runtime/error.ts";
import { decide } from "../../runtime/policy/decide.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { parseMountinfo } from "../../shim/facts/mountinfo.ts";
import { topic } from "../harness.ts";
import * as host from "../launch/imaginary.ts";
import { base, list } from "../launch/imaginary.ts";

const test = topic("criu options");

const dump: Dump = {
  pid: 42,
  spec: base,
  namespaces: [
    { type: "pid", action: "create" },
    { type: "network", action: "join" },
    { type: "ipc", action: "join" },
  ],
  inodes: { network: 1234, pid: 99 },
  rootfs: "/srv/root",
  freezer: "/sys/fs/cgroup/wrun/a",
  mounts: ["mnt[/data]:/data"],
  descriptors: ["file[16:4]", "pipe:[7]", "file[16:4]"],
  at: { images: 7, work: 8 },
};
const images = { imagePath: "/images" };

test("a dump: what is outside has a name", () => {
  assert.equal(dumpOptions(dump, images), {
    imagesDirFd: 7,
    workDirFd: 8,
    logFile: "dump.log",
    logLevel: 4,
    notifyScripts: true,
    orphanPtsMaster: true,
    manageCgroups: true,
    emptyNs: 0x40000000,
    configFile: "/etc/criu/runc.conf",
    tcpEstablished: false,
    extUnixSk: false,
    shellJob: false,
    fileLocks: false,
    autoDedup: false,
    lazyPages: false,
    pid: 42,
    root: "/srv/root",
    leaveRunning: false,
    tcpSkipInFlight: false,
    linkRemap: false,
    freezeCgroup: "/sys/fs/cgroup/wrun/a",
    external: ["net[1234]:extRootNetNS", "mnt[/data]:/data", "file[16:4]"],
  });
});

test("flags of a dump, each where it belongs", () => {
  const pre = dumpOptions(dump, { ...images, preDump: true, manageCgroupsMode: "ignore" });
  assert.equal([pre.external, pre.manageCgroupsMode], [undefined, 0]);
  const later = dumpOptions(dump, { ...images, parentPath: "../pre", leaveRunning: true });
  assert.equal([later.parentImg, later.trackMem, later.leaveRunning], ["../pre", true, true]);
  const lazy = dumpOptions(
    { ...dump, freezer: "", spec: { ...base, annotations: { "org.criu.config": "/c" } } },
    { ...images, lazyPages: true, pageServer: { address: "::1", port: 27 } },
  );
  assert.equal(
    [lazy.ps, lazy.lazyPages, lazy.freezeCgroup, lazy.configFile],
    [{ address: "::1", port: 27 }, true, undefined, "/c"],
  );
  const none = { ...base, annotations: { "org.criu.config": "" } };
  assert.is(dumpOptions({ ...dump, spec: none }, images).configFile, undefined);
});

const restore = (spec: Spec, facts = host.root) => ({
  spec,
  facts,
  decisions: decide({ spec, facts, id: "a" }),
  root: "/run/wrun/root",
  externals: [{ name: "/data", path: "/run/wrun/0" }],
  descriptors: ["file[16:4]", "pipe:[7]", "/dev/pts/0", "pipe:[8]"],
  at: { handed: 9, rpc: 11, images: 12, work: 13 },
});

test("a restore: new files, mounts, namespaces and cgroups in the place of what was outside", () => {
  const path = (type: "network" | "pid" | "ipc") => ({ type, path: `/run/ns/${type}` });
  const spec = {
    ...base,
    linux: { namespaces: [...list("mount", "uts"), path("pid"), path("network"), path("ipc")] },
  };
  const asked = { ...images, tcpEstablished: true, lsmProfile: "apparmor:web" };
  const options = restoreOptions(restore(spec), asked);
  const handed = handedNamespaces(restore(spec).decisions);
  assert.equal(handed.map(({ path }) => path).sort(), ["/run/ns/network", "/run/ns/pid"]);
  assert.equal(options.inheritFd, [
    { key: "file[16:4]", fd: 0 },
    { key: "pipe:[7]", fd: 1 },
    ...handed.map(({ key }, i) => ({ key, fd: 9 + i })),
  ]);
  assert.equal(options.joinNs, [{ ns: "ipc", nsFile: "/run/ns/ipc" }]);
  assert.equal(options.external, ["mnt[/data]:/run/wrun/0"]);
  assert.equal([options.rstSibling, options.tcpEstablished], [true, true]);
  assert.equal([options.lsmProfile, options.lsmMountContext], ["apparmor:web", undefined]);
  assert.equal([options.imagesDirFd, options.workDirFd], [12, 13]);
});

test("every hierarchy has its own root; on v2 there is one", () => {
  const limited = { ...base, linux: { ...base.linux, cgroupsPath: "/a" } };
  assert.equal(restoreOptions(restore(limited), images).cgRoot, [{ ctrl: "", path: "/a" }]);
  const roots = restoreOptions(restore(limited, host.pi), images).cgRoot ?? [];
  assert.equal(roots.map(({ ctrl }) => ctrl).sort(), ["cpu", "cpuacct", "devices", "name=systemd"]);
  assert.ok(roots.every(({ path }) => path === "/a"));
});

test("a cgroup namespace cannot be joined", () => {
  const spec = {
    ...base,
    linux: { namespaces: [...list("mount"), { type: "cgroup" as const, path: "/run/ns/c" }] },
  };
  try {
    restoreOptions(restore(spec), images);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, WrunError);
    assert.is((error as WrunError).code, "ERR_CONFIG_UNSUPPORTED");
  }
});

const mountinfo = `
30 1 0:25 /srv/root / rw - ext4 /dev/a rw
31 30 0:26 / /proc rw - proc proc rw
32 30 0:27 /v /real/data ro - ext4 /dev/b rw
33 32 0:28 / /real/data/below rw - tmpfs t rw
34 32 0:29 / /real/data/own rw - tmpfs t rw
35 31 0:5 /null /proc/keys ro - devtmpfs dev rw
36 31 0:30 / /proc/acpi ro - tmpfs t rw
37 30 0:31 / /sys/fs/cgroup ro - tmpfs t rw
38 37 0:32 /a /sys/fs/cgroup/cpu ro - cgroup c rw
39 30 0:5 /tty /dev/tty rw - devtmpfs dev rw
`;

test("mounts that are not the container's own, by the place where they are", () => {
  const mounts = parseMountinfo(mountinfo);
  const links: Record<string, string> = { "/data": "/real/data", "/data/own": "/real/data/own" };
  const found = (path: string) => {
    const point = links[path] ?? path;
    const directory = point !== "/proc/keys" && point !== "/dev/tty";
    return mounts.some((mount) => mount.point === point) ? { point, directory } : null;
  };
  const spec: Spec = {
    ...base,
    mounts: [
      { destination: "/data", type: "none", source: "/v", options: ["rbind"] },
      { destination: "/data/own", type: "tmpfs", source: "t" },
      { destination: "/sys/fs/cgroup", type: "cgroup", source: "c" },
      { destination: "/gone", type: "none", source: "/g", options: ["bind"] },
    ],
    linux: { maskedPaths: ["/proc/keys", "/proc/acpi", "/proc/none"] },
  };
  const given = { spec, devices: ["/dev/tty", "/dev/null"], found, mounts };
  const binds = ["rbind", "none", "none", "bind"] as const;
  assert.equal(externalMounts({ ...given, binds, ownCgroupNamespace: false }), [
    "mnt[/real/data]:/data",
    "mnt[/real/data/below]:/data/below",
    "mnt[/sys/fs/cgroup/cpu]:/sys/fs/cgroup/cpu",
    "mnt[/proc/keys]:/dev/null",
    "mnt[/dev/tty]:/dev/tty",
  ]);
  const own = externalMounts({ ...given, binds, ownCgroupNamespace: true });
  assert.not.ok(own.some((text) => text.includes("cgroup")));
});

test("descriptors: files of the host, pipes, and what is the container's own", () => {
  const files = [
    { link: "/dev/null", mountId: 22, inode: 4 },
    { link: "pipe:[7]", mountId: 9, inode: 7 },
    { link: "/log", mountId: 30, inode: 5 },
  ];
  const described = describe(files, new Set([30, 31]));
  assert.equal(described, ["file[16:4]", "pipe:[7]", "/log"]);
  assert.equal(externalFiles(described), ["file[16:4]"]);
  // A terminal of the host is the business of --shell-job; one that is closed of nobody.
  const terminal = [{ link: "/dev/pts/3", mountId: 23, inode: 6 }];
  assert.equal(describe(terminal, new Set()), ["/dev/pts/3"]);
  assert.equal(describe([{ link: "", mountId: 0, inode: 0 }], new Set()), [""]);
  assert.equal(inherited(["/dev/null", 7, "pipe:[3]", "pipe:[4]"]), [{ key: "pipe:[3]", fd: 2 }]);
});

test("the errors of a log, without the time, the last five", () => {
  const line = (n: number) => `(00.00${n}) Error (criu/mount.c:${n}): mnt: broken ${n}`;
  const log = ["(00.1) fine", ...[1, 2, 3, 4, 5, 6].map(line), "(03.2)    42: Error (a.c:1): x"];
  const errors = errorsOf(log.join("\n"));
  assert.is(errors.length, 5);
  assert.equal(
    [errors[0], errors[4]],
    ["Error (criu/mount.c:3): mnt: broken 3", "Error (a.c:1): x"],
  );
  assert.is(wordsOf(errors[0] ?? ""), "mnt: broken 3");
  assert.equal(errorsOf(""), []);
});

test("CRIU is looked for in PATH, and where an ordinary PATH does not lead", () => {
  assert.equal(criuPaths({ PATH: "/a:relative::/sbin" }), [
    "/a/criu",
    "/sbin/criu",
    "/usr/local/sbin/criu",
    "/usr/sbin/criu",
  ]);
  assert.is(criuPaths({}).length, 3);
  assert.equal(criuPaths({ PATH: "/a", WRUN_CRIU: "/mine" }), ["/mine"]);
});

test.run();
