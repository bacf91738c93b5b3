/** `wrun state ID`. */
import { state } from "../../lifecycle/state.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";
import { print } from "../output.ts";

/** Prints the state as JSON; 0. Throws what state() throws. */
export function execute({ rest }: Arguments): number {
  const [id, ...more] = takeId("state", "ID", rest);
  refuseRest("state", more);
  print(`${JSON.stringify(state(id), null, 2)}\n`);
  return 0;
}
