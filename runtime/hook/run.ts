/** Hooks in wrun's own namespaces: programs of the host that wrun waits for. */
import { writeSync } from "node:fs";
import { errnoName } from "../../shim/errno.ts";
import type { Fd } from "../../shim/fd.ts";
import { startInit } from "../../shim/init.ts";
import { hostArch } from "../../shim/libc.ts";
import { memfdCreate } from "../../shim/memfd.ts";
import type { ExitStatus } from "../../shim/pidfd.ts";
import { Builder } from "../../shim/program/builder.ts";
import { decodeReport, encode, report_bytes } from "../../shim/program/encode.ts";
import type { Program, Purpose } from "../../shim/program/program.ts";
import { WrunError } from "../error.ts";
import { CLOSE_RANGE_CLOEXEC, fd_max, PR_SET_PDEATHSIG, SIGKILL } from "../launch/table-kernel.ts";
import { Child } from "../run/child.ts";
import type { Hook, HookKind } from "../spec/types.ts";
import { hookError, whichHook } from "./error.ts";
import { outputOf } from "./output.ts";

/** Runs hooks one after the other, in `directory`. Rejects with ERR_HOOK for the first that fails; the rest do not run. */
export async function runHooks(
  kind: HookKind,
  hooks: readonly Hook[],
  state: string,
  directory: string,
  abort?: AbortSignal,
): Promise<void> {
  for (const index of hooks.keys()) await runHook(kind, hooks, index, state, directory, abort);
}

/** Runs one of them. Rejects with ERR_HOOK, and with the reason of an abort. */
export async function runHook(
  kind: HookKind,
  hooks: readonly Hook[],
  index: number,
  state: string,
  directory: string,
  abort?: AbortSignal,
): Promise<void> {
  abort?.throwIfAborted();
  const hook = hooks[index] as Hook;
  const which = whichHook(kind, hooks, index);
  using input = memfdCreate("wrun-hook-state");
  // At the beginning, where the offset stays.
  writeSync(input.number, state, 0);
  using output = memfdCreate("wrun-hook-output");
  const end = await execute(hook, which, directory, [input, output], abort);
  abort?.throwIfAborted();
  if (end !== 0) throw hookError(which, hook.path, end, outputOf(output), hook.timeout);
}

async function execute(
  hook: Hook,
  which: string,
  directory: string,
  [input, output]: [Fd, Fd],
  abort: AbortSignal | undefined,
): Promise<number | null> {
  const bytes = encode(program(hook, directory, which), hostArch());
  using init = startInit(bytes, [
    [input.number, 0],
    [output.number, 1],
    [output.number, 2],
  ]);
  const child = new Child(init.pid);
  let late = false;
  const end = (): void => {
    late = true;
    child.kill();
  };
  const kill = (): void => child.kill();
  abort?.addEventListener("abort", kill, { once: true });
  const timer = hook.timeout === undefined ? undefined : setTimeout(end, hook.timeout * 1000);
  try {
    const report = await init.channel.read(report_bytes);
    if (report !== null) {
      init.channel.close();
      await child.exited();
      throw cannotExecute(report, which, hook.path);
    }
    const status = await child.exited();
    return late ? null : waitStatus(status);
  } finally {
    clearTimeout(timer);
    abort?.removeEventListener("abort", kill);
  }
}

function program({ path, args, env }: Hook, directory: string, which: string): Program {
  const builder = new Builder();
  const purpose: Purpose = { say: which, code: "ERR_HOOK", path };
  builder.call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0], purpose);
  builder.call("chdir", [builder.text(directory)], purpose);
  builder.call("close_range", [3, fd_max, CLOSE_RANGE_CLOEXEC], purpose);
  const [argv, envp] = [builder.strings(args ?? [path]), builder.strings(env ?? [])];
  builder.call("execve", [builder.text(path), argv, envp], purpose);
  return builder.finish();
}

function cannotExecute(bytes: Uint8Array, which: string, path: string): WrunError {
  const report = decodeReport(bytes);
  const errno = report.kind === "failed" ? errnoName(report.errno) : "EIO";
  return new WrunError({
    code: "ERR_HOOK",
    message: `cannot ${which}: ${errno}`,
    hint: "the path of a hook is absolute, and an executable file of the host",
    errno,
    syscall: "execve",
    path,
  });
}

function waitStatus({ exited, killed }: ExitStatus): number {
  return killed ?? (exited ?? 0) << 8;
}
