import { WrunError } from "../error.ts";
import type { StateRecord } from "../state/record.ts";
import { warn } from "../warning.ts";
import { runHook } from "./run.ts";
import { hookState } from "./state.ts";

/** All of them, whatever becomes of each: the container is gone in any case (runtime.md#lifecycle, 13). */
export async function runPoststop(record: StateRecord): Promise<void> {
  const { poststop } = record.hooks;
  const state = hookState(record, "stopped");
  for (const index of poststop.keys()) {
    try {
      await runHook("poststop", poststop, index, state, record.bundle || "/");
    } catch (error) {
      if (!(error instanceof WrunError)) throw error;
      warn(error);
    }
  }
}
