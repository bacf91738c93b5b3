import { constants } from "node:os";
import { WrunError } from "../error.ts";
import { signalName } from "./outcome.ts";

/** The signals by which people and service managers end a program. */
const ending = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
] as const satisfies readonly NodeJS.Signals[];

export interface Hold {
  /** Aborted by the first signal that comes before `pass`: its reason is a WrunError with exit code 128 + n. */
  signal: AbortSignal;
  /** From here on others have the signals; they still do not end wrun. */
  pass(): void;
  /** A signal ends wrun again. */
  release(): void;
}

/**
 * Keeps signals from ending wrun while something of a container exists: they would leave it behind.
 *
 * During the launch the first one ends the launch, in order; while the container runs they are its own; during the
 * clean-up, which takes a moment, they wait for the end.
 */
export function holdSignals(): Hold {
  const controller = new AbortController();
  let passing = false;
  const onSignal = (name: NodeJS.Signals) => {
    if (!passing) controller.abort(interrupted(constants.signals[name]));
  };
  for (const name of ending) process.on(name, onSignal);
  return {
    signal: controller.signal,
    pass() {
      passing = true;
    },
    release() {
      for (const name of ending) process.off(name, onSignal);
    },
  };
}

function interrupted(signal: number): WrunError {
  return new WrunError({
    code: "ERR_ABORTED",
    message: `the launch was interrupted by ${signalName(signal)}`,
    exitCode: 128 + signal,
  });
}
