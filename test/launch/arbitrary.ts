/** Specs for fast-check: everything a launch program is made from, in all combinations. */
import fc from "fast-check";
import type { How, Rootfs } from "../../runtime/launch/launch.ts";
import type { Hooks, Mount, NamespaceType, SeccompRule, Spec } from "../../runtime/spec/types.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { docker } from "../doctor/hosts.ts";
import { base, directory, noCgroup, pi, ranges, root, single } from "./imaginary.ts";

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const destination = fc.constantFrom("/", "/data", "/a/b/c", "/a/../b", "/proc/x", "/dev/x", "//a/");
const flags = fc.subarray(["ro", "nosuid", "nodev", "noexec", "noatime", "rro", "rnoexec", "rw"]);
const propagation = fc.constantFrom([], ["rprivate"], ["shared"], ["rslave"], ["unbindable"]);

const shown = (hostID: number) => [{ containerID: 0, hostID, size: 10 }];
const ownIds = fc
  .constantFrom(0, 0, 5000, 6000)
  .map((id) => (id === 0 ? {} : { uidMappings: shown(id), gidMappings: shown(id) }));

const bind: fc.Arbitrary<Mount> = fc
  .tuple(destination, fc.constantFrom("bind", "rbind"), flags, propagation, ownIds)
  .map(([destination, how, flags, propagation, ids]) => ({
    ...{ destination, type: "none", source: "/srv/data" },
    options: [how, ...flags, ...propagation],
    ...ids,
  }));

const filesystem: fc.Arbitrary<Mount> = fc
  .tuple(
    fc.oneof(destination, fc.constantFrom("/dev", "/proc", "/sys", "/tmp")),
    fc.constantFrom("tmpfs", "proc", "sysfs", "mqueue", "devpts", "cgroup", "overlay"),
    flags,
    fc.subarray(["size=64k", "mode=755", "gid=5", "newinstance", "sync", "tmpcopyup"]),
    propagation,
  )
  .map(([destination, type, flags, data, propagation]) => ({
    ...{ destination, type, source: type },
    options: [...flags, ...data, ...propagation],
  }));

const kinds: NamespaceType[] = ["user", "pid", "network", "ipc", "uts", "cgroup", "time"];

/** Always with a mount namespace, mostly one of its own: without, hardly any step is left. */
const namespaces = fc
  .tuple(
    fc.subarray(kinds),
    fc.subarray(kinds),
    fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  )
  .map(([kinds, joined, joinsMount]) => {
    const entry = (type: NamespaceType, joins: boolean) =>
      joins ? { type, path: `/proc/7/ns/${type}` } : { type };
    return [...kinds.map((type) => entry(type, joined.includes(type))), entry("mount", joinsMount)];
  });

const paths = fc.subarray(["/proc/kcore", "/sys/firmware", "/proc/sys", "relative/../x"]);
const names = fc.subarray(["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NONE"]);
const id = fc.constantFrom(0, 1, 1000, 65535);

const process = fc
  .record({
    terminal: fc.boolean(),
    consoleSize: maybe(fc.record({ height: fc.nat(99), width: fc.nat(99) })),
    user: maybe(
      fc.record({ uid: id, gid: id, umask: fc.nat(0o777), additionalGids: fc.subarray([5, 6]) }),
    ),
    args: fc.constantFrom<string[]>(["/bin/app"], ["app", "x"], ["./app"], [""]),
    env: fc.subarray(["PATH=/bin:/usr/bin:.", "A=1", "PATH="]),
    cwd: fc.constantFrom("/", "/srv/x"),
    capabilities: maybe(
      fc.record({
        ...{ bounding: names, effective: names, permitted: names },
        ...{ inheritable: names, ambient: names },
      }),
    ),
    rlimits: fc.subarray([
      { type: "RLIMIT_NOFILE", soft: 3, hard: 4 },
      { type: "RLIMIT_CORE", soft: 0, hard: -1 },
    ]),
    noNewPrivileges: maybe(fc.boolean()),
    oomScoreAdj: maybe(fc.integer({ min: -1000, max: 1000 })),
  })
  .map(({ consoleSize, user, capabilities, noNewPrivileges, oomScoreAdj, ...process }) => ({
    ...process,
    ...(consoleSize && { consoleSize }),
    ...(user && { user }),
    ...(capabilities && { capabilities }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
    ...(oomScoreAdj !== undefined && { oomScoreAdj }),
  }));

const propagations = ["shared", "slave", "private", "unbindable"] as const;

/** What must fit the namespaces is left out where it does not. */
export const specs: fc.Arbitrary<Spec> = fc
  .record({
    process,
    namespaces,
    mounts: fc.array(fc.oneof(bind, filesystem), { maxLength: 5 }),
    readonly: fc.boolean(),
    hostname: fc.boolean(),
    sysctl: fc.boolean(),
    offsets: fc.boolean(),
    seccomp: maybe(fc.constantFrom<SeccompRule["action"]>("SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY")),
    maskedPaths: paths,
    readonlyPaths: paths,
    propagation: maybe(fc.constantFrom(...propagations)),
    devices: fc.subarray([
      { path: "/dev/fuse", type: "c" as const, major: 10, minor: 229, uid: 7 },
      { path: "/dev/deep/er", type: "b" as const, major: 8, minor: 0, fileMode: 0o600 },
    ]),
  })
  .map((given) => {
    const has = (kind: NamespaceType) =>
      given.namespaces.some(
        ({ type, path }: { type: string; path?: string }) => type === kind && !path,
      );
    return {
      ...base,
      process: given.process,
      root: { path: "rootfs", readonly: given.readonly },
      mounts: given.mounts,
      ...(given.hostname && has("uts") && { hostname: "box", domainname: "example" }),
      linux: {
        namespaces: given.namespaces,
        maskedPaths: given.maskedPaths,
        readonlyPaths: given.readonlyPaths,
        devices: given.devices,
        ...(given.propagation && { rootfsPropagation: given.propagation }),
        ...(given.sysctl && has("network") && { sysctl: { "net.ipv4.ip_forward": "1" } }),
        ...(given.seccomp && {
          seccomp: {
            defaultAction: "SCMP_ACT_ALLOW" as const,
            syscalls: [{ names: ["mkdir"], action: given.seccomp }],
            listenerPath: "/run/agent",
          },
        }),
        ...(given.offsets && has("time") && { timeOffsets: { boottime: { secs: 1 } } }),
      },
    };
  });

const hook = fc.record({
  path: fc.constantFrom("/opt/hook", "/bin/hook"),
  args: fc.constantFrom<string[]>(["hook"], ["hook", "x"]),
  env: fc.subarray(["A=1", "B="]),
  timeout: fc.integer({ min: 1, max: 9 }),
});

const list = fc.array(hook, { maxLength: 2 });

/** Hooks of every kind, also none. */
export const hooks: fc.Arbitrary<Hooks> = fc.record({
  ...{ prestart: list, createRuntime: list, createContainer: list },
  ...{ startContainer: list, poststart: list, poststop: list },
});

export const hows: fc.Arbitrary<How> = fc.record({
  waitsFor: fc.constantFrom("wrun" as const, "start" as const),
  preserved: fc.nat(3),
  pivot: fc.boolean(),
  ownKeyring: fc.boolean(),
  keeper: fc.boolean(),
  outlives: fc.boolean(),
  isExec: fc.boolean(),
  attached: fc.boolean(),
});

export const facts: fc.Arbitrary<Facts> = fc.constantFrom(
  ...[root, root, pi, ranges, single, noCgroup, { ...docker.facts, lastCapability: 7 }],
);

export const rootfs: fc.Arbitrary<Rootfs> = fc.constantFrom(directory, {
  kind: "host-overlay" as const,
});
