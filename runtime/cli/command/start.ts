/** `wrun start ID`. */
import { start } from "../../lifecycle/start.ts";
import { type Arguments, refuseRest, takeId } from "../flag.ts";

/** Resolves with 0 when the program runs; throws what start() throws. */
export async function execute({ rest }: Arguments): Promise<number> {
  const [id, ...more] = takeId("start", "ID", rest);
  refuseRest("start", more);
  const { NOTIFY_SOCKET } = process.env;
  await start(id, NOTIFY_SOCKET ? { notifySocket: NOTIFY_SOCKET } : {});
  return 0;
}
