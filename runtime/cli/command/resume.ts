/** `wrun resume ID`. */
import { resume } from "../../lifecycle/pause.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Resolves with 0 when the container goes on; throws what resume() throws. */
export async function execute({ rest }: Arguments): Promise<number> {
  const [id, ...more] = takeId("resume", "ID", rest);
  refuseRest("resume", more);
  await resume(id);
  return 0;
}
