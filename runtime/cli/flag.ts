/**
 * Flags: what a command declares and how its arguments are read. util.parseArgs cuts the tokens, this file says which
 * of them are wrun's own: everything from the first positional (or after `--`) belongs to the container, untouched.
 */
import { parseArgs } from "node:util";
import { WrunError } from "../error.ts";
import { nearest } from "./nearest.ts";

export interface Flag {
  /** Without the two dashes. */
  name: string;
  short?: string;
  /** `switch` is there or not, of `value` the last one counts, `list` collects all in order. */
  kind: "switch" | "value" | "list";
  /** What stands for the value in the help; "" for a switch. */
  value: string;
  /** The heading it stands under in a help text that groups its flags. */
  group: string;
  /** One phrase, lower case. */
  about: string;
}

export interface Arguments {
  /** Those given; `--read-only=false` is given, and false. */
  switches: ReadonlyMap<string, boolean>;
  values: ReadonlyMap<string, string>;
  lists: ReadonlyMap<string, readonly string[]>;
  /** The first positional and everything after it, as given. */
  rest: string[];
}

/** A usage error. Its exit code depends on the command: `run` says 125, so that 2 stays the container's own. */
export function usageError(message: string, hint: string): WrunError {
  return new WrunError({ code: "ERR_USAGE", message, hint });
}

interface Option {
  kind: "option";
  name: string;
  rawName: string;
  value?: string;
  inlineValue?: boolean;
}

/**
 * Reads the arguments of one command. Throws ERR_USAGE for an unknown flag (naming the nearest one), a flag without
 * its value and a switch with one.
 */
export function parseFlags(
  argv: readonly string[],
  flags: readonly Flag[],
  help: string,
): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(flags.map((flag) => [flag.name, option(flag)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const switches = new Map<string, boolean>();
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const result = (rest: string[]): Arguments => ({ switches, values, lists, rest });
  for (const token of tokens) {
    if (token.kind === "positional") return result(argv.slice(token.index));
    if (token.kind === "option-terminator") return result(argv.slice(token.index + 1));
    const flag = flags.find((each) => each.name === token.name && isSpelled(each, token.rawName));
    if (!flag) throw unknownFlag(token.rawName, flags, help);
    if (flag.kind === "switch") {
      switches.set(flag.name, readSwitch(token, help));
      continue;
    }
    const value = readValue(token, flag, help);
    if (flag.kind === "value") values.set(flag.name, value);
    else lists.set(flag.name, [...(lists.get(flag.name) ?? []), value]);
  }
  return result([]);
}

function option(flag: Flag): { type: "boolean" | "string"; short?: string } {
  const type = flag.kind === "switch" ? "boolean" : "string";
  return flag.short === undefined ? { type } : { type, short: flag.short };
}

/** parseArgs reports `-memory` as -m and so on, and a short flag under its long name. */
function isSpelled(flag: Flag, rawName: string): boolean {
  return rawName === `--${flag.name}` || rawName === `-${flag.short}`;
}

function readSwitch(token: Option, help: string): boolean {
  if (token.value === undefined || token.value === "true") return true;
  if (token.value === "false") return false;
  throw usageError(`\`${token.rawName}\` takes no value, got \`${token.value}\``, help);
}

/**
 * A value that looks like a flag must be written with `=`: `--env --read-only` is a forgotten value, and silently
 * dropping the flag after it would launch a container with more rights than asked. `-1` is a number.
 */
function readValue(token: Option, flag: Flag, help: string): string {
  const { value, rawName, inlineValue } = token;
  if (value === undefined) throw usageError(`\`${rawName}\` needs a value (${flag.value})`, help);
  if (inlineValue || !/^-./.test(value) || /^-\d+$/.test(value)) return value;
  throw usageError(
    `\`${rawName}\` needs a value (${flag.value}), got the flag \`${value}\``,
    `write \`--${flag.name}=${value}\` if that is the value; ${help}`,
  );
}

function unknownFlag(rawName: string, flags: readonly Flag[], help: string): WrunError {
  const names = flags.map((flag) => `--${flag.name}`);
  const near = nearest(rawName, names);
  return usageError(
    `there is no flag \`${rawName}\``,
    near === undefined ? help : `did you mean \`${near}\`? ${help}`,
  );
}

/** For a command that takes no words after its flags. */
export function refuseRest(command: string, rest: readonly string[]): void {
  if (rest.length === 0) return;
  throw usageError(
    `\`wrun ${command}\` takes no argument, got \`${rest[0]}\``,
    `\`wrun help ${command}\` shows how to use it`,
  );
}
