/** Where a program can go, and what is in its slots then: a walk over every path through it, without running it. */
import type { Program, Slot, Step, Value } from "../../shim/program/program.ts";

/** What a slot can be at a step: a set of bits, since several paths may lead there. */
export const unset = 1;
export const full = 2;
/** A descriptor that was closed. */
export const closed = 4;

type State = Uint8Array;

interface Edge {
  to: number;
  /** A call that failed saves nothing. */
  failed: boolean;
}

/** Calls whose result is a new descriptor. */
const makers = ["openat", "openat2", "open_tree", "fsopen", "fsmount", "socket", "ioctl"];

export const isSlot = (value: Value | undefined): value is Slot =>
  typeof value === "object" && "slot" in value;

function edges(step: Step, at: number): Edge[] {
  if (step.kind === "fail") return [];
  if (step.kind === "jump") {
    const way = { to: step.to.index, failed: false };
    return step.slot ? [way, { to: at + 1, failed: false }] : [way];
  }
  // What execve and exit_group lead to is not this program.
  const on = step.kind === "call" ? Object.values(step.on ?? {}) : [];
  const ways = on.map((to) => ({ to: typeof to === "object" ? to.index : at + 1, failed: true }));
  const ends = step.kind === "call" && ["execve", "exit_group"].includes(step.call);
  return ends ? ways : [...ways, { to: at + 1, failed: false }];
}

function after(step: Step, before: State, failed: boolean): State {
  const state = before.slice();
  if (step.kind === "load") state[step.slot.slot] = full;
  if (step.kind !== "call" || failed) return state;
  const [first] = step.args;
  if (step.call === "close" && isSlot(first)) state[first.slot] = closed;
  if (step.save) state[step.save.slot] = full;
  return state;
}

/** Slots that a step reads. */
function reads(step: Step): Slot[] {
  if (step.kind === "call") return step.args.filter(isSlot);
  if (step.kind === "store") return [step.slot];
  return step.kind === "jump" && step.slot ? [step.slot] : [];
}

/** Slots that start as zero on purpose: a launch counts on it in one place, the search for the program. */
const starts_at_zero = (step: Step): boolean =>
  step.kind === "jump" && step.purpose.say.startsWith("execute");

/** What is wrong with the use of slots, a line each; and the steps that no path leads to. */
export function slotFaults({ steps }: Program): { faults: string[]; unreachable: number[] } {
  const states: (State | undefined)[] = steps.map(() => undefined);
  states[0] = new Uint8Array(count(steps)).fill(unset);
  const queue = [0];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const [step, state] = [steps[at] as Step, states[at] as State];
    for (const { to, failed } of edges(step, at)) {
      if (to >= steps.length) continue;
      const next = after(step, state, failed);
      const known = states[to];
      const merged = known ? known.map((bits, i) => bits | (next[i] as number)) : next;
      if (known?.every((bits, i) => bits === merged[i])) continue;
      states[to] = merged;
      queue.push(to);
    }
  }
  const faults = steps.flatMap((step, at) => {
    const state = states[at];
    if (!state) return [];
    const bad = reads(step).filter(({ slot }) => state[slot] !== full && !starts_at_zero(step));
    const kept =
      step.kind === "call" && makers.includes(step.call) && step.save && leaks(state, step.save);
    const what = step.kind === "call" ? step.call : step.kind;
    return [
      ...bad.map(({ slot }) => `step ${at}, ${what}: s${slot} is ${bits(state[slot])}`),
      ...(kept ? [`step ${at}, ${what}: overwrites s${step.save?.slot}, which is open`] : []),
    ];
  });
  return { faults, unreachable: steps.flatMap((_, at) => (states[at] ? [] : [at])) };
}

/** One more than the highest slot. */
function count(steps: readonly Step[]): number {
  const written = steps.flatMap((step) =>
    step.kind === "load" ? [step.slot] : "save" in step && step.save ? [step.save] : [],
  );
  return 1 + Math.max(0, ...[...written, ...steps.flatMap(reads)].map(({ slot }) => slot));
}

const leaks = (state: State, { slot }: Slot): boolean => ((state[slot] as number) & full) !== 0;

function bits(set = 0): string {
  const names = ["unset", "full", "closed"].filter((_, i) => (set & (1 << i)) !== 0);
  return names.join(" or ");
}
