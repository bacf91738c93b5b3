/** What belongs to a namespace and not to a process or a mount: host name, loopback, sysctl. */
import type { Purpose } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import {
  AF_INET,
  IFF_UP,
  O_CLOEXEC,
  O_WRONLY,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  SIOCSIFFLAGS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from "./table-kernel.ts";
import { newFilesystem } from "./tree.ts";

export function setNames(scene: Scene): void {
  const { program, launch } = scene;
  for (const [call, name] of [
    ["sethostname", launch.spec.hostname],
    ["setdomainname", launch.spec.domainname],
  ] as const) {
    if (!name) continue;
    const bytes = new TextEncoder().encode(name).length;
    program.call(call, [program.text(name), bytes], {
      say: `set the ${call.slice(3).replace("name", " name")} to \`${name}\``,
      code: "ERR_HOSTNAME",
    });
  }
}

/** A new network namespace has one interface, `lo`, and it is down (netdevice(7)). */
export function raiseLoopback(scene: Scene): void {
  if (!scene.creates("network")) return;
  const { program } = scene;
  const purpose: Purpose = { say: "bring up the loopback interface", code: "ERR_NAMESPACE" };
  const request = new Uint8Array(40); // struct ifreq
  request.set(new TextEncoder().encode("lo"));
  new DataView(request.buffer).setUint16(16, IFF_UP, true);
  program.call("socket", [AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0], purpose, { save: scene.scratch });
  program.call("ioctl", [scene.scratch, SIOCSIFFLAGS, program.bytes(request)], purpose);
  scene.close(scene.scratch, purpose);
}

/**
 * Written through a procfs that was mounted for this and is attached nowhere: one inside the container could be
 * covered, and the write led elsewhere (CVE-2025-52881).
 */
export function writeSysctls(scene: Scene): void {
  const { program, launch } = scene;
  const settings = Object.entries(launch.spec.linux?.sysctl ?? {});
  if (settings.length === 0) return;
  const proc = program.slot();
  newFilesystem(scene, "proc", [], 0, proc, { say: "open /proc/sys", code: "ERR_MOUNT" });
  const resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const how = program.words([O_WRONLY | O_CLOEXEC, 0, resolve]);
  for (const [name, value] of settings) {
    const purpose: Purpose = {
      say: `set the sysctl \`${name}\` to \`${value}\``,
      code: "ERR_NAMESPACE",
    };
    const path = program.text(`sys/${sysctlPath(name)}`);
    const bytes = new TextEncoder().encode(value).length;
    program.call("openat2", [proc, path, how, 24], purpose, { save: scene.scratch });
    program.call("write", [scene.scratch, program.text(value), bytes], purpose);
    scene.close(scene.scratch, purpose);
  }
  scene.close(proc, { say: "close /proc/sys", code: "ERR_LAUNCH" });
}

/** sysctl(8): the first separator says which one is used; `.` and `/` swap roles. */
function sysctlPath(name: string): string {
  const slash = name.indexOf("/");
  const dot = name.indexOf(".");
  if (slash >= 0 && (dot < 0 || slash < dot)) return name;
  return name.replace(/[./]/g, (c) => (c === "." ? "/" : "."));
}
