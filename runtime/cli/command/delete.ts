/** `wrun delete [--force] ID`. */
import { WrunError } from "../../error.ts";
import { remove } from "../../lifecycle/remove.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Removes one container. Resolves with 0; throws ERR_USAGE without an id, and what remove() throws. */
export async function execute({ switches, rest }: Arguments): Promise<number> {
  const [id, ...more] = takeId("delete", "[--force] ID", rest);
  refuseRest("delete", more);
  const force = switches.get("force") ?? false;
  try {
    await remove(id, { force });
  } catch (error) {
    // As runc: with force the goal counts, and it is reached.
    if (!(force && error instanceof WrunError && error.code === "ERR_NOT_FOUND")) throw error;
  }
  return 0;
}
