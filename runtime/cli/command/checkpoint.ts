/** `wrun checkpoint`: the processes of a container as files. */
import { checkpoint } from "../../lifecycle/checkpoint.ts";
import { checkpointOptions } from "../criu-request.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Resolves with 0 when the container is saved; throws what checkpoint() throws. */
export async function execute(given: Arguments): Promise<number> {
  const [id, ...more] = takeId("checkpoint", "[flags] ID", given.rest);
  refuseRest("checkpoint", more);
  await checkpoint(id, checkpointOptions(given), { holdSignals: true });
  return 0;
}
