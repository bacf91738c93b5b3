/** `wrun run`: a container in the foreground, with wrun's own standard streams. */

import type { RunResult } from "../../run/result.ts";
import { runContainer } from "../../run/run.ts";
import { asWrunError } from "../error.ts";
import { type Arguments, usageError } from "../flag.ts";
import { remark } from "../output.ts";
import { inFlags, runOptions } from "../request.ts";
import { statusWriter } from "../status.ts";

/** Resolves with the program's own exit code, or 128+n. Throws what the library throws. */
export async function execute(given: Arguments): Promise<number> {
  if (given.switches.get("detach")) return (await import("../detach.ts")).detach(given);
  refuseDetached(given);
  const tell = statusWriter(given.values.get("status-fd"));
  const options = runOptions(given, process.env);
  try {
    const result = await runContainer(
      {
        ...options,
        // A bundle with a terminal reads this one, as under runc and crun: it has nowhere to say so.
        ...(options.bundle !== undefined && !options.tty && { interactive: true }),
        // A terminal of its own reads this one only with -i; without one the container simply has wrun's input.
        stdin: options.tty ? "ignore" : "inherit",
        stdout: "inherit",
        stderr: "inherit",
      },
      {
        forwardSignals: true,
        notifySocket: process.env.NOTIFY_SOCKET || undefined,
        keep: given.switches.get("keep") ?? false,
        started: (id, pid) => tell({ event: "started", id, pid }),
      },
    );
    const { id, exitCode, signal, oom } = result;
    tell({ event: "exited", id, exitCode, ...(signal && { signal }), oom });
    if (oom) remark(oomRemark(result, given.values.get("memory")));
    return exitCode;
  } catch (thrown) {
    const error = asWrunError(inFlags(thrown));
    tell({ event: "failed", code: error.code, exitCode: error.exitCode, message: error.message });
    throw error;
  }
}

/** Whoever stays has the terminal himself. */
function refuseDetached({ values }: Arguments): void {
  for (const flag of ["console-socket", "pidfd-socket"]) {
    if (!values.has(flag)) continue;
    throw usageError(`\`--${flag}\` goes with \`--detach\` only`, "or use `wrun create`");
  }
}

/** On a memory limit of the bundle, or of a cgroup above, the flag has nothing to say. */
function oomRemark({ id }: RunResult, limit: string | undefined): string {
  const which = limit === undefined ? "" : ` (limit ${limit})`;
  return `wrun: memory ran out${which}: the kernel killed a process of \`${id}\`\n`;
}
