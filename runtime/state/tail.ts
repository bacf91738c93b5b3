/**
 * What `start` has to know of a program that another wrun made: what the steps are for that come after the wait, for the
 * day when one of them fails.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program, Step } from "../../shim/program/program.ts";

/** In the state directory: where the container's process listens while it waits. */
export const start_socket = "start";

const file = "tail.json";

interface Tail {
  /** Index of the first of these steps in the whole program. */
  from: number;
  /** Was the container's root entered before? */
  inside: boolean;
  steps: Pick<Step, "kind" | "purpose">[];
  /** Descriptor of init that has the output of hooks, -1 without any. */
  hookOutput: number;
}

export function writeTail(directory: string, { steps }: Program, hookOutput: number): void {
  const isCall = (step: Step, ...names: string[]): boolean =>
    step.kind === "call" && names.includes(step.call);
  const from = steps.findLastIndex((step) => isCall(step, "accept4"));
  const inside = steps.some((step) => isCall(step, "pivot_root", "chroot"));
  const names = steps.slice(from).map((step) => ({
    kind: step.kind,
    ...(step.kind === "call" && { call: step.call }),
    purpose: step.purpose,
  }));
  writeFileSync(join(directory, file), JSON.stringify({ from, inside, steps: names, hookOutput }), {
    mode: 0o600,
  });
}

/** The program again, as far as an explanation needs it: of the steps before the wait only their number. */
export function readTail(directory: string): { program: Program; hookOutput: number } {
  const tail: Tail = JSON.parse(readFileSync(join(directory, file), "utf8"));
  const purpose = { say: "make the container", code: "ERR_LAUNCH" };
  const before: Step = { kind: "call", call: tail.inside ? "chroot" : "getpid", args: [], purpose };
  const steps = [...Array<Step>(tail.from).fill(before), ...(tail.steps as Step[])];
  const program = { steps, data: new Uint8Array(), pointers: [] };
  return { program, hookOutput: tail.hookOutput };
}
