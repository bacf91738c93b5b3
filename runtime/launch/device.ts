/** The default devices and links of /dev (config-linux.md#default-devices), and linux.devices. */
import type { Label, Place, Purpose, Slot } from "../../shim/program/program.ts";
import type { Device, Spec } from "../spec/types.ts";
import type { Scene } from "./launch.ts";
import { openInRoot, openMountPoint } from "./path.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  O_DIRECTORY,
  O_PATH,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  STATX_TYPE_AND_MODE,
} from "./table-kernel.ts";
import { attach, cloneTree, makePrivate } from "./tree.ts";

/** struct statx. */
const statx_bytes = 256;

const default_devices: Device[] = [
  { path: "/dev/null", type: "c", major: 1, minor: 3 },
  { path: "/dev/zero", type: "c", major: 1, minor: 5 },
  { path: "/dev/full", type: "c", major: 1, minor: 7 },
  { path: "/dev/random", type: "c", major: 1, minor: 8 },
  { path: "/dev/urandom", type: "c", major: 1, minor: 9 },
  { path: "/dev/tty", type: "c", major: 5, minor: 0 },
];

const links = [
  ["/proc/self/fd", "fd"],
  ["/proc/self/fd/0", "stdin"],
  ["/proc/self/fd/1", "stdout"],
  ["/proc/self/fd/2", "stderr"],
  ["/proc/kcore", "core"],
  ["pts/ptmx", "ptmx"],
] as const;

/** The default devices, and those of the spec. */
export function devicesOf({ linux }: Spec): Device[] {
  const own = linux?.devices ?? [];
  const defaults = default_devices.filter((d) => !own.some((other) => other.path === d.path));
  return [...defaults, ...own];
}

/** In a user namespace nobody may mknod: the host's nodes are mounted instead. */
function mustBind(scene: Scene): boolean {
  return scene.launch.decisions.namespaces.user !== "share" || !scene.clonesFirst;
}

/** Paths of those devices that are mounts of the host's nodes. */
export function boundDevices(scene: Scene): string[] {
  return ownDev(scene) && mustBind(scene)
    ? devicesOf(scene.launch.spec).map(({ path }) => path)
    : [];
}

export function makeDevices(scene: Scene): void {
  if (!ownDev(scene)) return;
  const { program, launch } = scene;
  let shared: Look | undefined;
  const look = (): Look => {
    shared ??= { stat: program.space(statx_bytes), found: program.slot() };
    return shared;
  };
  for (const device of devicesOf(launch.spec)) {
    if (mustBind(scene)) bindDevice(scene, device);
    else makeNode(scene, device, look);
  }
  makeLinks(scene);
}

/** A /dev bound from somewhere has what it has. Without any mount there the nodes go into the rootfs. */
function ownDev(scene: Scene): boolean {
  const { spec, decisions } = scene.launch;
  return !(spec.mounts ?? []).some(
    ({ destination }, i) =>
      destination.replace(/\/+$/, "") === "/dev" && decisions.mounts[i]?.bind !== "none",
  );
}

/** Nothing is in a new tmpfs but what later mounts of the spec have put there. */
const hasFreshDev = ({ mounts = [] }: Spec): boolean =>
  mounts.some(({ destination, type }) => destination === "/dev" && type === "tmpfs");

/**
 * A mount of the host's node in `scene.tree`. Until the pivot a path is one of the host, never one of the container's,
 * where /dev/null can be a link to anything (CVE-2025-31133).
 */
export function hostNode(scene: Scene, path: string, purpose: Purpose): void {
  cloneTree(scene, path, false, scene.tree, purpose);
  makePrivate(scene, scene.tree, purpose);
}

function bindDevice(scene: Scene, device: Device): void {
  const purpose: Purpose = {
    say: `mount the device \`${device.path}\``,
    code: "ERR_MOUNT",
    path: device.path,
  };
  hostNode(scene, device.path, purpose);
  openMountPoint(scene, device.path, "file", purpose);
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
}

/** Where statx(2) writes, and what is read of it. */
interface Look {
  stat: Place;
  found: Slot;
}

function makeNode(scene: Scene, device: Device, look: () => Look): void {
  const { program } = scene;
  const purpose: Purpose = {
    say: `make the device \`${device.path}\``,
    code: "ERR_MOUNT",
    path: device.path,
  };
  const at = device.path.lastIndexOf("/");
  const type = { c: S_IFCHR, u: S_IFCHR, b: S_IFBLK, p: S_IFIFO }[device.type];
  const mode = type | (device.fileMode ?? 0o666);
  const name = program.text(device.path.slice(at + 1));
  openMountPoint(scene, device.path.slice(0, at), "directory", purpose);
  const number = deviceNumber(device.major ?? 0, device.minor ?? 0);
  const [there, done] = [program.label("there"), program.label("done")];
  const isSure = hasFreshDev(scene.launch.spec) && default_devices.includes(device);
  const on = { EEXIST: isSure ? done : there };
  program.call("mknodat", [scene.target, name, mode, number], purpose, { on });
  if (device.uid || device.gid) {
    const owner = [device.uid ?? 0, device.gid ?? 0] as const;
    program.call("fchownat", [scene.target, name, ...owner, AT_SYMLINK_NOFOLLOW], purpose);
  }
  if (!isSure) {
    program.jump(done, purpose);
    program.place(there);
    expectNode(scene, name, { ...device, kind: type }, look(), done, purpose);
  }
  program.place(done);
  scene.close(scene.target, purpose);
}

/**
 * What a rootfs or a mount of the bundle has there stays, and stays its owner's: where it is this device. Another file is
 * an error (config-linux.md#devices): what is written to /dev/null must not gather in it.
 */
function expectNode(
  { program, target }: Scene,
  name: Place,
  device: Device & { kind: number },
  { stat, found }: Look,
  done: Label,
  purpose: Purpose,
): void {
  const taken: Purpose = {
    ...purpose,
    hint: `the root filesystem, or what is mounted there, has another file at \`${device.path}\``,
  };
  const [same, other] = [program.label("same"), program.label("other")];
  program.call("statx", [target, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE_AND_MODE, stat], purpose);
  // The upper byte of stx_mode: the type, and whether its owner may read it.
  program.load(found, { at: stat.at + 29 }, 1, purpose);
  program.jumpIf(found, "==", (device.kind >> 8) | 1, same, purpose);
  program.jumpIf(found, "!=", device.kind >> 8, other, purpose);
  program.place(same);
  // stx_rdev_major and stx_rdev_minor.
  program.load(found, { at: stat.at + 128 }, 8, purpose);
  program.jumpIf(found, "==", (device.major ?? 0) + (device.minor ?? 0) * 2 ** 32, done, purpose);
  program.place(other);
  program.fail("EEXIST", taken);
}

/** new_encode_dev() of linux/kdev_t.h. */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

function makeLinks(scene: Scene): void {
  const { program, launch } = scene;
  const purpose: Purpose = { say: "make the links of `/dev`", code: "ERR_MOUNT", path: "/dev" };
  const flags = O_PATH | O_DIRECTORY(launch.facts.arch);
  openInRoot(scene, "/dev", scene.target, purpose, { flags, plain: true });
  for (const [to, name] of links) {
    const args = [program.text(to), scene.target, program.text(name)];
    program.call("symlinkat", args, purpose, { on: { EEXIST: "ignore" } });
  }
  scene.close(scene.target, purpose);
}
