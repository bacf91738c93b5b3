import { constants } from "node:os";
import { WrunError } from "../error.ts";

/** libc's SIGRTMIN and SIGRTMAX (man 7 signal). */
const rt = { min: 34, max: 64 } as const;

/** `SIGTERM`, `term`, `15`, 15, `RTMIN+3`, `SIGRTMAX-1` as a number. Throws ERR_USAGE for what is no signal. */
export function signalNumber(signal: string | number): number {
  const text = String(signal);
  const name = text.toUpperCase().replace(/^(?!SIG)/, "SIG");
  const known = (constants.signals as Partial<Record<string, number>>)[name];
  const number = /^\d{1,2}$/.test(text) ? Number(text) : (known ?? realTime(name));
  if (number !== undefined && number >= 1 && number <= rt.max) return number;
  throw new WrunError({
    code: "ERR_USAGE",
    message: `unknown signal \`${text}\``,
    hint: "a name such as TERM or SIGKILL, or a number; `kill -l` lists them",
  });
}

function realTime(name: string): number | undefined {
  const [, edge, offset = "0"] = /^SIGRT(MIN|MAX)((?:[+-]\d{1,2})?)$/.exec(name) ?? [];
  if (edge === undefined) return undefined;
  const number = (edge === "MIN" ? rt.min : rt.max) + Number(offset);
  return number >= rt.min && number <= rt.max ? number : undefined;
}
