/** What belongs to a namespace and not to a process or a mount: host name, loopback, sysctl. */
import { Builder } from "../../shim/program/builder.ts";
import type { Program, Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import {
  AF_INET,
  AT_FDCWD,
  CLONE_NEWNET,
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
  if (scene.creates("network")) raise(scene.program, scene.scratch);
}

/** In the network namespace of another process. */
export function loopbackProgram(pid: number): Program {
  const program = new Builder();
  const scratch = program.slot();
  const purpose: Purpose = { say: "enter the network namespace", code: "ERR_NAMESPACE" };
  const path = program.text(`/proc/${pid}/ns/net`);
  program.call("openat", [AT_FDCWD, path, O_CLOEXEC, 0], purpose, { save: scratch });
  program.call("setns", [scratch, CLONE_NEWNET], purpose);
  program.call("close", [scratch], purpose);
  raise(program, scratch);
  return program.finish();
}

function raise(program: Builder, socket: Slot): void {
  const purpose: Purpose = { say: "bring up the loopback interface", code: "ERR_NAMESPACE" };
  const request = new Uint8Array(40); // struct ifreq
  request.set(new TextEncoder().encode("lo"));
  new DataView(request.buffer).setUint16(16, IFF_UP, true);
  program.call("socket", [AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0], purpose, { save: socket });
  program.call("ioctl", [socket, SIOCSIFFLAGS, program.bytes(request)], purpose);
  program.call("close", [socket], purpose);
}

/**
 * Written through a procfs that was mounted for this and is attached nowhere: one inside the container could be
 * covered, and the write led elsewhere (CVE-2025-52881).
 */
export function writeSysctls(scene: Scene): void {
  const { program, launch } = scene;
  const { sysctls } = launch.decisions;
  if (sysctls.length === 0) return;
  const proc = program.slot();
  newFilesystem(scene, "proc", [], 0, proc, { say: "open /proc/sys", code: "ERR_MOUNT" });
  const resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const how = program.words([O_WRONLY | O_CLOEXEC, 0, resolve]);
  for (const { name, path, value } of sysctls) {
    const purpose: Purpose = {
      say: `set the sysctl \`${name}\` to \`${value}\``,
      code: "ERR_NAMESPACE",
    };
    const bytes = new TextEncoder().encode(value).length;
    program.call("openat2", [proc, program.text(`sys/${path}`), how, 24], purpose, {
      save: scene.scratch,
    });
    program.call("write", [scene.scratch, program.text(value), bytes], purpose);
    scene.close(scene.scratch, purpose);
  }
  scene.close(proc, { say: "close /proc/sys", code: "ERR_LAUNCH" });
}
