import { WrunError } from "../error.ts";
import type { Hook, HookKind } from "../spec/types.ts";

/** How a hook ended: a wait status (wait(2)), or null when its time was over. */
export type HookEnd = number | null;

/** `which`: `run the createRuntime hook ... (1 of 2)`, as a step says it. `output` is what the hook has written. */
export function hookError(
  which: string,
  path: string,
  end: HookEnd,
  output: string,
  timeout?: number,
): WrunError {
  const said = output.trim();
  return new WrunError({
    code: "ERR_HOOK",
    message: `cannot ${which}: ${sentence(end, timeout)}`,
    ...(said !== "" && { because: `it said: ${said}` }),
    hint: "`config.json` names the hook; run it by hand, with the state of the container as its input",
    path,
  });
}

/** The words for one of a list of hooks. */
export function whichHook(kind: HookKind, hooks: readonly Hook[], index: number): string {
  return `run the ${kind} hook \`${hooks[index]?.path}\` (${index + 1} of ${hooks.length})`;
}

function sentence(end: HookEnd, timeout: number | undefined): string {
  if (end === null) return `it was not done after ${timeout === undefined ? "its" : timeout} s`;
  const signal = end & 0x7f;
  return signal === 0
    ? `it ended with exit code ${(end >> 8) & 0xff}`
    : `it was ended by signal ${signal}`;
}
