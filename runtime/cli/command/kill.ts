/** `wrun kill [--all] ID [SIGNAL]`. */
import { kill } from "../../lifecycle/kill.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Resolves with 0 when the signal was sent; throws what kill() throws. */
export async function execute({ switches, rest }: Arguments): Promise<number> {
  const [id, signal, ...more] = takeId("kill", "[--all] ID [SIGNAL]", rest);
  refuseRest("kill", more);
  await kill(id, signal, { all: switches.get("all") ?? false });
  return 0;
}
