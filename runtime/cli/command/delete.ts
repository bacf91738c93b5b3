/** `wrun delete [--force] ID`. */
import { WrunError } from "../../error.ts";
import { remove } from "../../state/remove.ts";
import { type Arguments, refuseRest, usageError } from "../flag.ts";

/** Removes one container. Resolves with 0; throws ERR_USAGE without an id, and what remove() throws. */
export async function execute({ switches, rest }: Arguments): Promise<number> {
  const [id, ...more] = rest;
  if (id === undefined)
    throw usageError("`wrun delete` needs the id of a container", "wrun delete [--force] ID");
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
