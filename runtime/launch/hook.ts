/**
 * Hooks in the container's namespaces (config.md#createcontainer-hooks, #startcontainer-hooks): children of init, which
 * waits for each.
 */
import { report_kind } from "../../shim/program/encode.ts";
import type { Label, Purpose, Slot } from "../../shim/program/program.ts";
import type { Hook } from "../spec/types.ts";
import { hasCreateHooks, type Scene } from "./launch.ts";
import { report, waitForHost } from "./report.ts";
import { stage } from "./stage.ts";
import {
  CLONE_PIDFD,
  CLOSE_RANGE_CLOEXEC,
  fd_max,
  POLLIN,
  SIGCHLD,
  SIGKILL,
  WALL,
} from "./table-kernel.ts";

/** After the mounts and before the pivot: wrun runs those of the host, then init runs those of the container. */
export function hooksOfCreate(scene: Scene): void {
  const { spec, rootfs } = scene.launch;
  if (!hasCreateHooks(spec)) return;
  const purpose: Purpose = { say: "wait for the hooks of wrun", code: "ERR_LAUNCH" };
  report(scene, report_kind.ready, stage.mounted, purpose);
  waitForHost(scene, purpose);
  runHooks(scene, "createContainer", rootfs.kind === "directory" ? rootfs.path : "/");
}

/** One after the other. `directory`: where they start; left out: where init is. */
export function runHooks(
  scene: Scene,
  kind: "createContainer" | "startContainer",
  directory?: string,
): void {
  const hooks = scene.launch.spec.hooks?.[kind] ?? [];
  hooks.forEach((hook, i) => {
    const purpose: Purpose = {
      say: `run the ${kind} hook \`${hook.path}\` (${i + 1} of ${hooks.length})`,
      code: "ERR_HOOK",
      path: hook.path,
    };
    const { fds } = scene;
    const files =
      kind === "createContainer"
        ? { input: fds.hookCreating, output: fds.hookOutput }
        : { input: fds.kept.hookCreated, output: fds.kept.hookOutput };
    runHook(scene, hook, files, directory, purpose);
  });
}

interface Files {
  input: number;
  output: number;
}

const clone_args_bytes = 88;

function runHook(
  scene: Scene,
  hook: Hook,
  files: Files,
  directory: string | undefined,
  purpose: Purpose,
): void {
  const { program } = scene;
  const pid = program.slot();
  const child = program.label("child");
  // Each hook reads the state from its beginning; the offset is one for all.
  program.call("lseek", [files.input, 0, 0], purpose);
  const opened = program.space(8);
  const args = program.words([CLONE_PIDFD, opened, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
  const clone = program.position;
  program.call("clone3", [args, clone_args_bytes], purpose, { save: pid });
  program.jumpIf(pid, "==", 0, child, purpose);
  const pidfd = program.slot();
  program.load(pidfd, opened, 4, purpose);
  const done = program.label("done");
  waitForHook(scene, { pid, pidfd, clone, timeout: hook.timeout }, done, purpose);
  program.place(child);
  executeHook(scene, hook, files, directory, purpose);
  program.place(done);
  scene.close(pidfd, purpose);
}

function executeHook(
  { program }: Scene,
  { path, args, env }: Hook,
  { input, output }: Files,
  directory: string | undefined,
  purpose: Purpose,
): void {
  program.call("dup3", [input, 0, 0], purpose);
  program.call("dup3", [output, 1, 0], purpose);
  program.call("dup3", [output, 2, 0], purpose);
  program.call("close_range", [3, fd_max, CLOSE_RANGE_CLOEXEC], purpose);
  if (directory !== undefined) program.call("chdir", [program.text(directory)], purpose);
  const [argv, envp] = [program.strings(args ?? [path]), program.strings(env ?? [])];
  program.call("execve", [program.text(path), argv, envp], purpose);
}

interface Waited {
  pid: Slot;
  pidfd: Slot;
  /** The step that a failure is reported for. */
  clone: number;
  /** Seconds. */
  timeout: number | undefined;
}

/** Goes on at `done` when it has succeeded. Else a report, and the end, when wrun has read it. */
function waitForHook(
  scene: Scene,
  { pid, pidfd, clone, timeout }: Waited,
  done: Label,
  purpose: Purpose,
): void {
  const { program } = scene;
  const ready = program.slot();
  const again = program.label("again");
  const ended = program.label("ended");
  // struct pollfd { int fd; short events; short revents; }
  const poll = program.words([BigInt(POLLIN) << 32n]);
  program.store(pidfd, poll, 4, purpose);
  program.place(again);
  const time = timeout === undefined ? 0 : program.words([timeout, 0]);
  program.call("ppoll", [poll, 1, time, 0, 0], purpose, { save: ready, on: { EINTR: again } });
  program.jumpIf(ready, "==", 1, ended, purpose);
  program.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], purpose);
  takeStatus(scene, pid, program.space(8), purpose);
  reportFailure(scene, clone, { status: -1 }, purpose);
  program.place(ended);
  const status = program.space(8);
  takeStatus(scene, pid, status, purpose);
  const how = program.slot();
  program.load(how, status, 4, purpose);
  program.jumpIf(how, "==", 0, done, purpose);
  reportFailure(scene, clone, how, purpose);
}

function takeStatus(scene: Scene, pid: Slot, at: { at: number }, purpose: Purpose): void {
  const again = scene.program.label("again");
  scene.program.place(again);
  scene.program.call("wait4", [pid, at, WALL, 0], purpose, { on: { EINTR: again } });
}

/** As init does it for a step: then it stands still until wrun has looked, and lets go of it. */
function reportFailure(
  scene: Scene,
  step: number,
  how: Slot | { status: number },
  purpose: Purpose,
): void {
  const { program, fds } = scene;
  const known = "slot" in how ? 0 : how.status;
  const message = program.words([(BigInt(step) << 32n) | BigInt(report_kind.hook), known]);
  if ("slot" in how) program.store(how, { at: message.at + 8 }, 8, purpose);
  program.call("write", [fds.report, message, 16], purpose);
  const again = program.label("again");
  const gone = program.label("gone");
  const got = program.slot();
  program.place(again);
  program.call("read", [fds.report, program.space(8), 1], purpose, {
    save: got,
    on: { EINTR: again, ECONNRESET: gone },
  });
  program.jumpIf(got, "==", 1, again, purpose);
  program.place(gone);
  program.call("exit_group", [125], purpose);
}
