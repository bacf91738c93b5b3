/** `wrun run --detach`: create and start in one, and nobody who waits. */
import { create } from "../lifecycle/create.ts";
import { remove } from "../lifecycle/remove.ts";
import { start } from "../lifecycle/start.ts";
import { createOptions } from "./create-request.ts";
import { asWrunError } from "./error.ts";
import type { Arguments } from "./flag.ts";
import { print } from "./output.ts";
import { inFlags } from "./request.ts";
import { statusWriter } from "./status.ts";

/** Resolves with 0 when the program runs; a made-up id is printed, since nobody would know it. */
export async function detach(given: Arguments): Promise<number> {
  const tell = statusWriter(given.values.get("status-fd"));
  const options = createOptions(given, process.env);
  try {
    const { id, pid } = await create(options, { holdSignals: true, keeper: true, leaves: true });
    await startOrRemove(id, process.env.NOTIFY_SOCKET);
    tell({ event: "started", id, pid });
    if (options.name === undefined) print(`${id}\n`);
    return 0;
  } catch (thrown) {
    const error = asWrunError(inFlags(thrown));
    tell({ event: "failed", code: error.code, exitCode: error.exitCode, message: error.message });
    throw error;
  }
}

async function startOrRemove(id: string, notifySocket: string | undefined): Promise<void> {
  try {
    await start(id, notifySocket ? { notifySocket } : {});
  } catch (error) {
    await remove(id, { force: true });
    throw error;
  }
}
