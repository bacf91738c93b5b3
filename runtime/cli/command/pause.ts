/** `wrun pause ID`. */
import { pause } from "../../lifecycle/pause.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Resolves with 0 when all processes stand still; throws what pause() throws. */
export async function execute({ rest }: Arguments): Promise<number> {
  const [id, ...more] = takeId("pause", "ID", rest);
  refuseRest("pause", more);
  await pause(id);
  return 0;
}
