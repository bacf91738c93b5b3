// Reasons and problems: the sentences that the other files of this folder answer with.

import { Problem, ProblemCode, Reason } from "../generated/as/types";

/** Input that is wrong in a million places is told about this many; the rest would only cost memory. */
const PROBLEMS_MOST: i32 = 64;
const QUOTE_CHARS_MOST: i32 = 80;

function isPlain(unit: i32): bool {
  // A backtick would end the quote, an escape would reach the reader's terminal, and half of a surrogate pair must not
  // cross the canonical ABI, where a host may trap on it.
  return (
    unit >= 0x20 && unit != 0x60 && (unit < 0x7f || unit > 0x9f) && (unit < 0xd800 || unit > 0xdfff)
  );
}

/** A value of the user's in backticks, shortened and without anything that a terminal would act on. */
export function quote(value: string): string {
  const length = min<i32>(value.length, QUOTE_CHARS_MOST);
  let text = "`";
  for (let i: i32 = 0; i < length; i++)
    text += isPlain(value.charCodeAt(i)) ? value.charAt(i) : "?";
  return text + (value.length > length ? "...`" : "`");
}

/** The same without backticks, for what is a sentence itself. */
export function plain(value: string): string {
  const quoted = quote(value);
  return quoted.substring(1, quoted.length - (quoted.endsWith("`") ? 1 : 0));
}

/** One token of a JSON pointer (RFC 6901, section 3). */
export function token(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function because(rule: string, pointer: string = ""): Reason {
  return new Reason(rule, pointer);
}

export function problem(
  code: ProblemCode,
  pointer: string,
  message: string,
  hint: string = "",
): Problem {
  return new Problem(code, pointer, message, hint);
}

/** Is there no use in looking further? Each sentence costs memory, of which the engine has 16 MiB. */
export function isFull(list: Problem[]): bool {
  return list.length >= PROBLEMS_MOST;
}

/** Adds a problem to a list that does not grow without end. */
export function report(
  list: Problem[],
  code: ProblemCode,
  pointer: string,
  message: string,
  hint: string = "",
): void {
  if (!isFull(list)) list.push(problem(code, pointer, message, hint));
}
