/** process.terminal: a pseudo-terminal of the container's own devpts, its other end sent to wrun. */
import type { Builder } from "../../shim/program/builder.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import { openInRoot, openMountPoint } from "./path.ts";
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOCTTY,
  O_PATH,
  O_RDWR,
  SCM_RIGHTS,
  SOL_SOCKET,
  TIOCGPTPEER,
  TIOCSCTTY,
  TIOCSPTLCK,
  TIOCSWINSZ,
} from "./table-kernel.ts";
import { attach, cloneFd } from "./tree.ts";

/** In a mount namespace that was joined; its /dev/console is the terminal of its first process. */
export function openJoinedTerminal(scene: Scene): void {
  const { program, launch } = scene;
  if (!launch.spec.process?.terminal) return;
  const purpose: Purpose = { say: "open the root", code: "ERR_TERMINAL" };
  const flags = O_PATH | O_DIRECTORY(launch.facts.arch) | O_CLOEXEC;
  program.call("openat", [AT_FDCWD, program.text("/"), flags, 0], purpose, { save: scene.root });
  openTerminal(scene, false);
  scene.close(scene.root, purpose);
}

export function openTerminal(scene: Scene, isConsole = true): void {
  const { program, launch } = scene;
  const process = launch.spec.process;
  if (!process?.terminal) return;
  const purpose: Purpose = { say: "open a pseudo-terminal", code: "ERR_TERMINAL" };
  const master = program.slot();
  const peer = program.slot();
  const flags = O_RDWR | O_NOCTTY;
  openInRoot(scene, "/dev/pts/ptmx", master, purpose, { flags, plain: true });
  program.call("ioctl", [master, TIOCSPTLCK, program.words([0])], purpose);
  // The peer comes from the master itself; a path below /dev/pts may be swapped (CVE-2025-52565).
  // No O_CLOEXEC: it would stay among the flags of the open file, and so of the container's 0, 1 and 2.
  program.call("ioctl", [master, TIOCGPTPEER, flags], purpose, { save: peer });
  if (process.consoleSize) {
    const { height, width } = process.consoleSize;
    const size = new Uint16Array([height, width, 0, 0]);
    program.call("ioctl", [peer, TIOCSWINSZ, program.bytes(new Uint8Array(size.buffer))], purpose);
  }
  const { uid } = process.user ?? { uid: 0 };
  if (uid !== 0) program.call("fchown", [peer, uid, -1], purpose);
  if (isConsole) mountConsole(scene, peer);
  sendDescriptor(program, scene.fds.console, master, purpose);
  for (const fd of [0, 1, 2]) program.call("dup3", [peer, fd, 0], purpose);
  program.call("ioctl", [0, TIOCSCTTY, 0], purpose);
  scene.close(peer, purpose);
  scene.close(master, purpose);
}

function mountConsole(scene: Scene, peer: { slot: number }): void {
  const purpose: Purpose = {
    say: "mount the terminal on `/dev/console`",
    code: "ERR_TERMINAL",
    path: "/dev/console",
  };
  openMountPoint(scene, "/dev/console", "file", purpose, { plain: true });
  cloneFd(scene, peer, false, scene.tree, purpose);
  attach(scene, scene.tree, scene.target, purpose);
  scene.close(scene.tree, purpose);
  scene.close(scene.target, purpose);
}

/** sendmsg with SCM_RIGHTS (unix(7)); the structures are those of 64-bit Linux. */
export function sendDescriptor(program: Builder, socket: number, fd: Slot, purpose: Purpose): void {
  const byte = program.text("m");
  const vector = program.words([byte, 1]);
  const control = program.words([20, (BigInt(SCM_RIGHTS) << 32n) | BigInt(SOL_SOCKET), 0]);
  const message = program.words([0, 0, vector, 1, control, 24, 0]);
  program.store(fd, { at: control.at + 16 }, 4, purpose);
  program.call("sendmsg", [socket, message, 0], purpose);
}
