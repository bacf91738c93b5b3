/** The listener of system calls: seccomp_unotify(2), config-linux.md#containerprocessstate. */
import type { Purpose, Slot } from "../../shim/program/program.ts";
import { hasListener, type Scene } from "./launch.ts";
import { MSG_NOSIGNAL, SCM_RIGHTS, SOL_SOCKET } from "./table-kernel.ts";

export const message_bytes_max = 32768;

/**
 * Reads what wrun has to say about the process, which it knows when that exists. Before the filter: then only one call is left
 * that the listener cannot be asked about, the one that makes it one.
 */
export function awaitMessage(scene: Scene): void {
  const { program, launch, fds } = scene;
  if (!hasListener(launch.spec)) return;
  const purpose: Purpose = { say: "wait for the message to the listener", code: "ERR_SECCOMP" };
  const length = program.slot();
  const text = program.space(message_bytes_max);
  const some = program.label("some");
  program.call("read", [fds.listenerMessage, text, message_bytes_max], purpose, { save: length });
  program.jumpIf(length, "!=", 0, some, purpose);
  program.fail("EPIPE", purpose);
  program.place(some);
  const vector = program.words([text, 0]);
  const control = program.words([20, (BigInt(SCM_RIGHTS) << 32n) | BigInt(SOL_SOCKET), 0]);
  const message = program.words([0, 0, vector, 1, control, 24, 0]);
  program.store(length, { at: vector.at + 8 }, 8, purpose);
  scene.told = { vector, message, control };
}

/** `notify`: what seccomp(2) gave. The program is to have neither it nor the socket. */
export function tellListener(scene: Scene, notify: Slot): void {
  const { program, fds, told } = scene;
  if (!told) throw new RangeError("nobody has waited for the message to the listener");
  const purpose: Purpose = {
    say: "hand the filter to its listener",
    code: "ERR_SECCOMP",
    path: scene.launch.spec.linux?.seccomp?.listenerPath ?? "",
  };
  program.store(notify, { at: told.control.at + 16 }, 4, purpose);
  program.call("sendmsg", [fds.kept.listener, told.message, MSG_NOSIGNAL], purpose);
  program.call("close", [fds.kept.listener], purpose);
  program.call("close", [notify], purpose);
}
