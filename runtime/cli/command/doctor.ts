/** `wrun doctor`: the checklist, and 1 when something is missing that every container needs. */
import { diagnose, isFit } from "../../doctor/diagnose.ts";
import { examine } from "../../doctor/host.ts";
import { checklist } from "../checklist.ts";
import { colorsFor } from "../color.ts";
import { type Arguments, refuseRest } from "../flag.ts";
import { isTerminal, print } from "../output.ts";

/** Prints the checks; 0 when containers can run here, else 1. */
export function execute({ switches, rest }: Arguments): number {
  refuseRest("doctor", rest);
  const host = examine();
  const checks = diagnose(host);
  const fit = isFit(checks);
  print(
    switches.get("json")
      ? `${JSON.stringify({ fit, checks, host }, bigintAsHex)}\n`
      : checklist(checks, fit, colorsFor(isTerminal(1), process.env)),
  );
  return fit ? 0 : 1;
}

function bigintAsHex(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `0x${value.toString(16)}` : value;
}
