/** `create` and `start`: a container's process that is complete but for its program, and waits on a socket of its own. */

import type { Builder } from "../../shim/program/builder.ts";
import { report_kind } from "../../shim/program/encode.ts";
import type { Purpose, Slot } from "../../shim/program/program.ts";
import type { Scene } from "./launch.ts";
import { report, waitForHost } from "./report.ts";
import { stage } from "./stage.ts";
import {
  AT_EACCESS,
  AT_FDCWD,
  O_CLOEXEC,
  PR_SET_PDEATHSIG,
  SOCK_CLOEXEC,
  X_OK,
} from "./table-kernel.ts";

/**
 * Looks for the program as execve(2) will, so that `create` fails for want of it, as with runc, and not only `start`.
 *
 * What a filter of system calls makes of faccessat2(2) says nothing about the program: then execve will tell.
 */
export function findProgram(scene: Scene, paths: readonly string[], purpose: Purpose): void {
  const { program } = scene;
  const denied = program.slot();
  const one = program.words([1]);
  const found = program.label("found");
  for (const path of paths) {
    const next = program.label("next");
    const forbidden = program.label("forbidden");
    const step: Purpose = { ...purpose, path };
    program.call("faccessat2", [AT_FDCWD, program.text(path), X_OK, AT_EACCESS], step, {
      on: { ENOENT: next, ENOTDIR: next, EACCES: forbidden, any: found },
    });
    // A directory may be entered, which the same right allows, and not executed.
    program.call("faccessat2", [AT_FDCWD, program.text(`${path}/.`), 0, 0], step, {
      on: { any: found },
    });
    program.place(forbidden);
    program.load(denied, one, 1, step);
    program.place(next);
  }
  failSearch(program, denied, purpose);
  program.place(found);
}

/** No directory of PATH had the program: EACCES when one had a file that may not be run, as execvp(3) has it. */
export function failSearch(program: Builder, denied: Slot, purpose: Purpose): void {
  const missing = program.label("missing");
  program.jumpIf(denied, "==", 0, missing, purpose);
  program.fail("EACCES", { ...purpose, code: "ERR_EXEC_DENIED" });
  program.place(missing);
  program.fail("ENOENT", purpose);
}

/**
 * Says that all is done and waits for a byte from whoever connects.
 *
 * Until wrun has written down that the container is created, the end of its socket is the end of this process: it must
 * not die any more when wrun does, and may not live on unknown. Who connects and goes without a word has started
 * nothing. What follows is reported over the new connection, and its end is execve.
 */
export function waitForStart(scene: Scene): void {
  const { program, fds } = scene;
  const purpose: Purpose = { say: "wait to be started", code: "ERR_LAUNCH" };
  program.call("prctl", [PR_SET_PDEATHSIG, 0, 0, 0, 0], purpose);
  report(scene, report_kind.ready, stage.complete, purpose);
  waitForHost(scene, purpose);
  const connection = program.slot();
  const got = program.slot();
  const accept = program.label("accept");
  const read = program.label("read");
  const gone = program.label("gone");
  const go = program.label("go");
  program.place(accept);
  program.call("accept4", [fds.kept.start, 0, 0, SOCK_CLOEXEC], purpose, {
    save: connection,
    on: { EINTR: accept, ECONNABORTED: accept },
  });
  program.place(read);
  program.call("read", [connection, program.space(8), 1], purpose, {
    save: got,
    on: { EINTR: read, ECONNRESET: gone },
  });
  program.jumpIf(got, "==", 1, go, purpose);
  program.place(gone);
  scene.close(connection, purpose);
  program.jump(accept, purpose);
  program.place(go);
  program.call("dup3", [connection, fds.report, O_CLOEXEC], purpose);
  scene.close(connection, purpose);
  program.call("close", [fds.kept.start], purpose);
}
