/**
 * A container without a wrun has nobody who takes its exit status. So a first process can stay: it has the rest done by
 * a child, whose container is its own child then (CLONE_PARENT), waits, and writes how it ended to a file.
 */
import { report_kind } from "../../shim/program/encode.ts";
import type { Purpose } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import { report } from "./report.ts";
import { stage } from "./stage.ts";
import { fd_max, P_ALL, SIGCHLD, WALL, WEXITED } from "./table-kernel.ts";

/** sizeof(siginfo_t): what waitid(2) fills in, and the file holds. */
export const exit_bytes = 128;

/** Afterwards the program goes on in the child. */
export function stayBehind(scene: Scene): void {
  const { program, fds } = scene;
  const purpose: Purpose = { say: "stay with the container", code: "ERR_LAUNCH" };
  const pid = program.slot();
  const child = program.label("child");
  const args = program.words([0, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
  program.call("clone3", [args, 88], purpose, { save: pid });
  program.jumpIf(pid, "==", 0, child, purpose);
  // No key of the caller's terminal is for it, and no directory busy for it.
  program.call("setsid", [], purpose);
  program.call("chdir", [program.text("/")], purpose);
  const again = program.label("again");
  program.place(again);
  program.call("wait4", [pid, 0, WALL, 0], purpose, { on: { EINTR: again } });
  report(scene, report_kind.ready, stage.reaped, purpose);
  program.call("close_range", [0, fds.exit - 1, 0], purpose);
  program.call("close_range", [fds.exit + 1, fd_max, 0], purpose);
  const wait = program.label("wait");
  const end = program.label("end");
  const status = program.space(exit_bytes);
  program.place(wait);
  program.call("waitid", [P_ALL, 0, status, WEXITED | WALL, 0], purpose, {
    on: { EINTR: wait, ECHILD: end },
  });
  program.call("write", [fds.exit, status, exit_bytes], purpose, { on: { any: end } });
  program.place(end);
  program.call("exit_group", [0], purpose);
  program.place(child);
}
