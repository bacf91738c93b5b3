/** A launch program, the questions that tests ask of it, and programs of random launches to ask. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { WrunError } from "../../runtime/error.ts";
import { descriptors, type How, type Launch } from "../../runtime/launch/launch.ts";
import { buildProgram } from "../../runtime/launch/program.ts";
import type { Hooks } from "../../runtime/spec/types.ts";
import type { Place, Program, Step, Value } from "../../shim/program/program.ts";
import type { Topic } from "../harness.ts";
import { facts, hooks, hows, rootfs, specs } from "./arbitrary.ts";
import { isSlot } from "./flow.ts";
import { launchOf } from "./imaginary.ts";

export type Call = Extract<Step, { kind: "call" }>;

/** A program with the questions that the tests ask of it. */
export class Asked {
  readonly launch: Launch;
  readonly program: Program;

  constructor(launch: Launch) {
    this.launch = launch;
    this.program = buildProgram(launch);
  }

  /** Steps that are calls of these names, with their numbers. */
  calls(...names: string[]): { at: number; call: Call }[] {
    return this.program.steps.flatMap((step, at) =>
      step.kind === "call" && names.includes(step.call) ? [{ at, call: step }] : [],
    );
  }

  /** The number of the first such call from a step on, -1 when there is none. */
  first(name: string, from = 0, is: (call: Call) => boolean = () => true): number {
    return this.calls(name).find(({ at, call }) => at >= from && is(call))?.at ?? -1;
  }

  /** The first step of the container's process. */
  get second(): number {
    const jump = this.program.steps[this.first("clone3") + 1];
    return jump?.kind === "jump" ? jump.to.index : -1;
  }

  text(value: Value | undefined): string {
    if (typeof value !== "object" || !("at" in value)) return "";
    const end = this.program.data.indexOf(0, value.at);
    return new TextDecoder().decode(this.program.data.subarray(value.at, end));
  }

  word(value: Value | undefined, i: number): number {
    const view = new DataView(this.program.data.buffer);
    return Number(view.getBigUint64((value as Place).at + 8 * i, true));
  }
}

/** A prctl with these first arguments. */
export const prctl =
  (...start: number[]) =>
  ({ args }: Call): boolean =>
    start.every((word, i) => args[i] === word);

export const isSlotOf = (value: Value | undefined, slot: number): boolean =>
  isSlot(value) && value.slot === slot;

/** From here on init closes all before it uses a path of the container. */
export function lowest({ launch }: Asked): number {
  const { report, kept } = descriptors(launch);
  return Math.max(report, ...Object.values(kept)) + 1;
}

let built = 0;

/** A test that something holds for the program of every launch that the policy engine does not refuse. */
export function holds(test: Topic, name: string, check: (asked: Asked) => void): void {
  holdsWith(fc.constant({}), test, name, check);
}

/** The same for every way to launch, and with hooks. */
export function holdsAlways(test: Topic, name: string, check: (asked: Asked) => void): void {
  holdsWith(fc.record({ how: hows, hooks }), test, name, check);
}

function holdsWith(
  more: fc.Arbitrary<{ how?: How; hooks?: Hooks }>,
  test: Topic,
  name: string,
  check: (asked: Asked) => void,
): void {
  test(name, () => {
    const before = built;
    fc.assert(
      fc.property(specs, facts, rootfs, more, (spec, host, rootfs, { how, hooks }) => {
        let launch: Launch;
        try {
          launch = launchOf({ ...spec, ...(hooks && { hooks }) }, host, rootfs, how);
        } catch (error) {
          // What the policy engine refuses has no program.
          if (error instanceof WrunError) return;
          throw error;
        }
        built++;
        check(new Asked(launch));
      }),
      { numRuns: runs },
    );
    assert.ok(built - before > runs / 4, `only ${built - before} of ${runs} could be built`);
  });
}

const runs = process.env.WRUN_TEST_FULL === "1" ? 2000 : 60;
