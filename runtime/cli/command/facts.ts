/** `wrun facts`: what this host offers, as a file for `wrun plan --facts`. */
import { factsText } from "../../facts/file.ts";
import { probeHost } from "../../run/prepare.ts";
import { type Arguments, refuseRest } from "../flag.ts";
import { print } from "../output.ts";

/** Prints the facts as JSON; 0. Throws ERR_FEATURE_MISSING on an architecture wrun is not made for. */
export function execute({ rest }: Arguments): number {
  refuseRest("facts", rest);
  print(factsText(probeHost()));
  return 0;
}
