/** What goes wrong and is no reason to stop (runtime.md#warnings): told to whoever listens, by default to Node's own. */
import type { WrunError } from "./error.ts";

type Sink = (warning: WrunError) => void;

let sink: Sink = ({ message, code }) => process.emitWarning(message, { type: "wrun", code });

export function warn(warning: WrunError): void {
  sink(warning);
}

/** From here on `to` is told, of everything in this process. */
export function onWarning(to: Sink): void {
  sink = to;
}
