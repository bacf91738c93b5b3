/** `wrun features`. */
import { features } from "../../features.ts";
import { type Arguments, refuseRest } from "../flag.ts";
import { print } from "../output.ts";

/** Prints what wrun can do as JSON; 0. */
export function execute({ rest }: Arguments): number {
  refuseRest("features", rest);
  print(`${JSON.stringify(features(), null, 2)}\n`);
  return 0;
}
