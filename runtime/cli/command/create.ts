/** `wrun create`: a container up to the start of its program. */
import { create } from "../../lifecycle/create.ts";
import { createOptions } from "../create-request.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";
import { inFlags } from "../request.ts";

/** Resolves with 0; throws what create() throws. */
export async function execute(given: Arguments): Promise<number> {
  const [id, ...more] = takeId("create", "[flags] ID", given.rest);
  refuseRest("create", more);
  try {
    const options = createOptions({ ...given, rest: [] }, process.env);
    await create({ bundle: ".", ...options, name: id }, { holdSignals: true, leaves: true });
    return 0;
  } catch (error) {
    throw inFlags(error);
  }
}
