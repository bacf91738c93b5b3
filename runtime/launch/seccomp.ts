/** The filter of system calls. */
import type { Purpose } from "../../shim/program/program.ts";
import { hasListener, type Scene } from "./launch.ts";
import { tellListener } from "./listener.ts";
import { SECCOMP_SET_MODE_FILTER } from "./table-kernel.ts";

/**
 * Without no_new_privs a filter takes CAP_SYS_ADMIN (seccomp(2)), so it has to be there before the capabilities are
 * given up, and must let through what init still does. With it, nothing comes after but execve: the filter is about the
 * container, and not about how it is made.
 */
export function filterBeforeRights(scene: Scene): void {
  if (!scene.launch.spec.process?.noNewPrivileges) filter(scene);
}

export function filterLast(scene: Scene): void {
  if (scene.launch.spec.process?.noNewPrivileges) filter(scene);
}

function filter(scene: Scene): void {
  const { program, launch } = scene;
  const { seccomp } = launch.decisions;
  if (!seccomp) return;
  const purpose: Purpose = {
    say: "filter system calls",
    code: "ERR_SECCOMP",
    hint: "it takes no_new_privs or CAP_SYS_ADMIN, and a kernel with CONFIG_SECCOMP_FILTER",
  };
  // struct sock_fprog: a 16-bit count, and a pointer from offset 8 on
  const filters = program.bytes(seccomp.program);
  const header = program.words([seccomp.program.length / instruction_bytes, filters]);
  const args = [SECCOMP_SET_MODE_FILTER, seccomp.flags, header];
  if (!hasListener(launch.spec)) {
    program.call("seccomp", args, purpose);
    return;
  }
  const notify = program.slot();
  program.call("seccomp", args, purpose, { save: notify });
  tellListener(scene, notify);
}

/** struct sock_filter */
const instruction_bytes = 8;
