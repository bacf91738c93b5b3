/** The steps of a launch program, a line each. */

import type { OnErrno, Program, Step } from "../../../shim/program/program.ts";
import type { Arch } from "../../../shim/program/syscalls.ts";
import type { Colors } from "../color.ts";
import { visible } from "../error.ts";
import { callText } from "./argument.ts";

export interface Show {
  arch: Arch;
  colors: Colors;
  /** Only what the steps are for, and not the steps. */
  brief: boolean;
}

/**
 * What a run of steps is for, and below it each of them: number, call, and where it goes on which errno.
 *
 *     attach `proc` at `/proc`
 *       17  move_mount(s3, "", s5, "", MOVE_MOUNT_F_EMPTY_PATH) -> s6   [ENOENT: go to 23]
 *
 * Numbers are those of error messages.
 */
export function stepLines(program: Program, { arch, colors, brief }: Show): string[] {
  const { steps } = program;
  const width = String(steps.length).length;
  const lines: string[] = [];
  for (let from = 0; from < steps.length; ) {
    const say = steps[from]?.purpose.say ?? "";
    let to = from;
    while (continues(say, steps[to + 1])) to++;
    const range = to === from ? `${from}` : `${from}-${to}`;
    lines.push(brief ? `  ${range.padEnd(2 * width + 3)}${visible(say)}` : `  ${visible(say)}`);
    for (let i = from; i <= to && !brief; i++) {
      const step = steps[i] as Step;
      const then = after(step, i);
      const number = String(i).padStart(width + 4);
      lines.push(`${number}  ${detail(step, program, arch)}${then && colors.dim(`   [${then}]`)}`);
    }
    from = to + 1;
  }
  return lines;
}

/** A filesystem is made in several steps, whose purposes add the option that each of them sets. */
function continues(say: string, next: Step | undefined): boolean {
  return next?.purpose.say === say || next?.purpose.say.startsWith(`${say} with `) === true;
}

function after(step: Step, index: number): string {
  if (step.kind !== "call" || !step.on) return "";
  return onErrno(step.on, index);
}

function condition({ slot, is, value }: Extract<Step, { kind: "jump" }>): string {
  return slot === undefined ? "" : ` when s${slot.slot} ${is} ${value}`;
}

/** Labels as the steps they stand for, `any` in words. */
function onErrno(on: OnErrno, index: number): string {
  return Object.entries(on)
    .flatMap(([errno, to]) => {
      if (to === undefined) return [];
      const when = errno === "any" ? "any error" : errno;
      if (to === "ignore") return `${when}: go on`;
      return to.index === index ? `${when}: again` : `${when}: go to ${to.index}`;
    })
    .join(", ");
}

function detail(step: Step, program: Program, arch: Arch): string {
  switch (step.kind) {
    case "call": {
      const saved = step.save === undefined ? "" : ` -> s${step.save.slot}`;
      return callText(step.call, step.args, program, arch) + saved;
    }
    case "store":
      return `s${step.slot.slot} -> data[${step.place.at}], ${step.bytes} bytes`;
    case "load":
      return `data[${step.place.at}], ${step.bytes} bytes -> s${step.slot.slot}`;
    case "jump":
      return `go to ${step.to.index}${condition(step)}`;
    case "fail":
      return `fail with ${step.errno}`;
  }
}
