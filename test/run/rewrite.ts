/** Programs with something changed, to see what the change brings to light. */

import type { Rewrite } from "../../runtime/run/container.ts";
import type { Program, Step } from "../../shim/program/program.ts";

function withSteps(change: (step: Step, index: number) => Step): Rewrite {
  return (prepared) => {
    const program: Program = { ...prepared.program, steps: prepared.program.steps.map(change) };
    return { ...prepared, program };
  };
}

/** Goes on at once with the next step. */
function nothing(index: number, { purpose }: Step): Step {
  return { kind: "jump", to: { name: "next", index: index + 1 }, purpose };
}

/**
 * The program without the steps that match (or without the first of them), to find guards that no test would miss.
 * Throws when there is none to drop.
 */
export function without(matches: (step: Step) => boolean, which: "all" | "first" = "all"): Rewrite {
  return (prepared) => {
    const first = prepared.program.steps.findIndex(matches);
    if (first < 0) throw new Error("the program has no such step");
    const drop = (step: Step, i: number): boolean =>
      which === "first" ? i === first : matches(step);
    return withSteps((step, i) => (drop(step, i) ? nothing(i, step) : step))(prepared);
  };
}

/** Step `index` fails with EIO, whatever it is. */
export function failing(index: number): Rewrite {
  return withSteps((step, i) =>
    i === index ? { kind: "fail", errno: "EIO", purpose: step.purpose } : step,
  );
}

/** At step `index` the process ends without a word, as if it had been killed. */
export function ending(index: number): Rewrite {
  return withSteps((step, i) => {
    const { purpose } = step;
    return i === index ? { kind: "call", call: "exit_group", args: [77], purpose } : step;
  });
}

/** Every path is looked up as open(2) does it: the resolve of each struct open_how (openat2(2)) is 0. */
export const trusting: Rewrite = (prepared) => {
  const data = prepared.program.data.slice();
  for (const step of prepared.program.steps) {
    const how = step.kind === "call" && step.call === "openat2" ? step.args[2] : undefined;
    if (typeof how === "object" && "at" in how) data.fill(0, how.at + 16, how.at + 24);
  }
  return { ...prepared, program: { ...prepared.program, data } };
};

export const isCall =
  (...names: string[]) =>
  (step: Step): boolean =>
    step.kind === "call" && names.includes(step.call);

export const says =
  (text: string) =>
  (step: Step): boolean =>
    step.purpose.say.includes(text);
