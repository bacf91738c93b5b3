/** The decision on system calls, in a few lines: the filter itself is in `plan --json`. */
import type { SeccompAction, SeccompPlan } from "../../../wasm/generated/host.js";
import type { Colors } from "../color.ts";
import { row } from "./decision.ts";

const others: Record<SeccompAction, string> = {
  "kill-process": "kill the process",
  "kill-thread": "kill the thread",
  trap: "send SIGSYS",
  errno: "answer with an error",
  trace: "ask the tracer",
  notify: "ask the listener",
  log: "are allowed and logged",
  allow: "are allowed",
};

/** How many calls have rules and what happens to the others. */
export function seccompLines(plan: SeccompPlan | null, colors: Colors): string[] {
  if (plan === null) return ["  every system call is allowed"];
  const { calls, defaultAction, architectures, why } = plan;
  return [
    ...row(`${calls} calls have rules`, why, colors),
    `  all others ${others[defaultAction]}`,
    `  on ${architectures.join(", ")}; calls of other architectures kill the process`,
  ];
}
