/**
 * Programs as text that can be compared: a line for each step below what it is for, as `wrun plan` shows them, but with
 * nothing in it that moves when a step elsewhere comes or goes. Slots have names, jumps are relative, and data has no
 * addresses.
 */
import { callText } from "../../runtime/cli/plan/argument.ts";
import type { Label, Program, Step } from "../../shim/program/program.ts";
import type { Arch } from "../../shim/program/syscalls.ts";

/** Those of a Scene, in its order. */
const scene_slots = ["root", "empty", "target", "parent", "tree", "scratch"];

/** A slot that is not of the scene is called after the first step that writes it. */
function slotNames({ steps }: Program): Map<number, string> {
  const names = new Map(scene_slots.map((name, i) => [i, name]));
  const count = new Map<string, number>();
  for (const step of steps) {
    const slot = step.kind === "load" ? step.slot : step.kind === "call" ? step.save : undefined;
    if (!slot || names.has(slot.slot)) continue;
    const by = step.kind === "call" ? step.call : step.kind;
    const number = (count.get(by) ?? 0) + 1;
    count.set(by, number);
    names.set(slot.slot, number === 1 ? `<${by}>` : `<${by} ${number}>`);
  }
  return names;
}

/** `folded`: the steps that open a mount point and make it where it is missing are one line. */
export function programLines(program: Program, arch: Arch, folded = true): string[] {
  const names = slotNames(program);
  const slot = (number: string): string => names.get(Number(number)) ?? `<unset ${number}>`;
  const lines: string[] = [];
  let say = "";
  for (let i = 0; i < program.steps.length; i++) {
    const step = program.steps[i] as Step;
    const base = step.purpose.say.replace(/ with the option .*/, "");
    if (base !== say) lines.push(base);
    say = base;
    const last = folded ? endOfMountPoint(program, i) : i;
    const made = last > i ? `   or make it: ${makers(program, i, last)}` : "";
    const text = stepText(step, i, program, arch)
      .replace(/ {3}\[.*/, made || "$&")
      .replace(/\bs(\d+)\b/g, (_, number: string) => slot(number))
      .replace(/\bdata\[\d+\]/g, "data");
    lines.push(`  ${text}`);
    i = last;
  }
  return lines;
}

/** The last step of runtime/launch/path.ts openMountPoint() when the step begins one, else the step itself. */
function endOfMountPoint({ steps }: Program, at: number): number {
  const [open, jump] = [steps[at], steps[at + 1]];
  if (open?.kind !== "call" || open.call !== "openat2" || jump?.kind !== "jump") return at;
  const create = open.on?.ENOENT;
  return typeof create === "object" && create.index === at + 2 ? jump.to.index - 1 : at;
}

/** By which calls, each once. */
function makers({ steps }: Program, from: number, to: number): string {
  const calls = steps.slice(from, to).map((step) => (step.kind === "call" ? step.call : ""));
  return [...new Set(calls.filter((call) => /^mk/.test(call)))].join(", ");
}

function stepText(step: Step, index: number, program: Program, arch: Arch): string {
  const way = ({ index: to }: Label): string => (to < index ? `${to - index}` : `+${to - index}`);
  switch (step.kind) {
    case "call": {
      const ways = Object.entries(step.on ?? {}).map(
        ([errno, to]) => `${errno}: ${to === "ignore" || to === undefined ? "ignore" : way(to)}`,
      );
      const save = step.save ? ` -> s${step.save.slot}` : "";
      const on = ways.length > 0 ? `   [${ways.join(", ")}]` : "";
      return callText(step.call, step.args, program, arch) + save + on;
    }
    case "jump":
      return step.slot
        ? `go ${way(step.to)} when s${step.slot.slot} ${step.is} ${step.value}`
        : `go ${way(step.to)}`;
    case "store":
      return `s${step.slot.slot} -> data, ${step.bytes} bytes`;
    case "load":
      return `data, ${step.bytes} bytes -> s${step.slot.slot}`;
    case "fail":
      return `fail with ${step.errno}`;
  }
}

/** Lines that only one of two texts has, marked - and +, each run of them behind the line before it. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  const common = longest(before, after);
  const lines: string[] = [];
  let [i, j, shown] = [0, 0, true];
  const mark = (line: string, sign: string): void => {
    if (shown) lines.push(`  ${before[i - 1] ?? "(start)"}`);
    shown = false;
    lines.push(`${sign} ${line}`);
  };
  for (const [x, y] of [...common, [before.length, after.length] as const]) {
    while (i < x) {
      mark(before[i] as string, "-");
      i++;
      shown = false;
    }
    while (j < y) mark(after[j++] as string, "+");
    [i, j, shown] = [x + 1, y + 1, true];
  }
  return lines;
}

/** The longest common subsequence, as pairs of indexes. */
function longest(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skip = Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
      length[i * width + j] = a[i] === b[j] ? (length[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if ((length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}
