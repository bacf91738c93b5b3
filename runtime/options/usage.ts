import { WrunError } from "../error.ts";
import { quote } from "../spec/quote.ts";

/** The error of an option: its name, what was given and what belongs there. */
export function usage(name: string, value: unknown, expected: string, hint?: string): WrunError {
  return new WrunError({
    code: "ERR_USAGE",
    message: `\`${name}\` is ${quote(typeof value === "string" ? value : describe(value))}, not ${expected}`,
    ...(hint !== undefined && { hint }),
  });
}

function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}
