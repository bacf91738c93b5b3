/** `wrun restore`: a container from the files of `wrun checkpoint`. */
import { restoreAndFollow, restoreDetached } from "../../lifecycle/restore.ts";
import { restoreOptions } from "../criu-request.ts";
import { type Arguments, refuseRest, takeId, usageError } from "../flag.ts";
import { inFlags } from "../request.ts";

/** Resolves with the container's exit code, or 128+n; with `--detach` with 0. Throws what restore() throws. */
export async function execute(given: Arguments): Promise<number> {
  const [id, ...more] = takeId("restore", "[flags] ID", given.rest);
  refuseRest("restore", more);
  const { consoleSocket, ...options } = restoreOptions(given);
  try {
    if (given.switches.get("detach")) {
      const socket = consoleSocket === undefined ? {} : { consoleSocket };
      await restoreDetached(id, { ...options, ...socket }, { holdSignals: true });
      return 0;
    }
    if (consoleSocket !== undefined)
      throw usageError(
        "`--console-socket` goes with `--detach` only",
        "without, the terminal is here",
      );
    const { exitCode } = await restoreAndFollow(id, options, { forwardSignals: true });
    return exitCode;
  } catch (error) {
    throw inFlags(error);
  }
}
