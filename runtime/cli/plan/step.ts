/** The steps of a launch program, a line each. */

import type { OnErrno, Program, Step } from "../../../shim/program/program.ts";
import type { Arch } from "../../../shim/program/syscalls.ts";
import type { Colors } from "../color.ts";
import { visible } from "../error.ts";
import { callText } from "./argument.ts";

export interface Show {
  arch: Arch;
  colors: Colors;
  /** The arguments of every call on a line below it. */
  withArguments: boolean;
}

/** `17  move_mount  attach …   [ENOENT: go to 23]`. Numbers are those of error messages. */
export function stepLines(program: Program, show: Show): string[] {
  const number_width = String(program.steps.length).length;
  const names = program.steps.map(name);
  const name_width = Math.max(0, ...names.map((each) => each.length));
  return program.steps.flatMap((step, i) => {
    const number = String(i).padStart(number_width);
    const say = visible(step.purpose.say);
    const line = `  ${number}  ${(names[i] ?? "").padEnd(name_width)}  ${say}${after(step)}`;
    if (!show.withArguments) return [line];
    const call = show.colors.dim(detail(step, program, show.arch));
    return [line, `  ${" ".repeat(number_width + 2)}${call}`];
  });
}

function name(step: Step): string {
  return step.kind === "call" ? step.call : step.kind;
}

function after(step: Step): string {
  if (step.kind === "jump") return `   [${condition(step)}go to ${step.to.index}]`;
  if (step.kind === "fail") return `   [${step.errno}]`;
  if (step.kind !== "call" || !step.on) return "";
  return `   [${onErrno(step.on)}]`;
}

function condition({ slot, is, value }: Extract<Step, { kind: "jump" }>): string {
  return slot === undefined ? "" : `when s${slot.slot} ${is} ${value}: `;
}

/** Labels as the steps they stand for, `any` in words. */
function onErrno(on: OnErrno): string {
  return Object.entries(on)
    .flatMap(([errno, to]) => {
      if (to === undefined) return [];
      const when = errno === "any" ? "any error" : errno;
      return `${when}: ${to === "ignore" ? "go on" : `go to ${to.index}`}`;
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
      return `${condition(step)}${step.to.name}`;
    case "fail":
      return step.errno;
  }
}
