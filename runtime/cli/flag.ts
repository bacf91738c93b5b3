/**
 * Flags: what a command declares and how its arguments are read. Everything from the first positional (or after `--`)
 * belongs to the container, untouched. Not by util.parseArgs, which takes a millisecond to load.
 */
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
  /** Did `--` stand before it? */
  dashes: boolean;
}

/** A usage error. Its exit code depends on the command: `run` says 125, so that 2 stays the container's own. */
export function usageError(message: string, hint: string): WrunError {
  return new WrunError({ code: "ERR_USAGE", message, hint });
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
  const found = { switches: new Map(), values: new Map(), lists: new Map() } as Found;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === "--") return { ...found, rest: argv.slice(at + 1), dashes: true };
    if (word === "-" || !word.startsWith("-")) {
      return { ...found, rest: argv.slice(at), dashes: false };
    }
    for (const { flag, said, value } of cut(word, flags, help)) {
      if (flag.kind === "switch") found.switches.set(flag.name, readSwitch(said, value, help));
      else note(found, flag, value ?? following(said, flag, argv[++at], help));
    }
  }
  return { ...found, rest: [], dashes: false };
}

interface Found {
  switches: Map<string, boolean>;
  values: Map<string, string>;
  lists: Map<string, string[]>;
}

/** A flag as it was written, with what is its value in the same word. */
interface Token {
  flag: Flag;
  said: string;
  value?: string;
}

function note({ values, lists }: Found, { name, kind }: Flag, value: string): void {
  if (kind === "value") values.set(name, value);
  else lists.set(name, [...(lists.get(name) ?? []), value]);
}

/**
 * `--memory=1m`, or several short ones as in `-it` and `-m1m`. runc is written in Go, where `-bundle` is `--bundle`: so
 * is a single dash before the whole name of a flag here.
 */
function cut(word: string, flags: readonly Flag[], help: string): Token[] {
  const equals = word.indexOf("=");
  const said = equals < 0 ? word : word.slice(0, equals);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const long = flags.find(
    ({ name }) => said === `--${name}` || (name.length > 1 && said === `-${name}`),
  );
  if (long) return [{ flag: long, said: `--${long.name}`, ...(value !== undefined && { value }) }];
  if (word.startsWith("--")) throw unknownFlag(said, flags, help);
  return cutShort(word.slice(1), flags, help);
}

function cutShort(letters: string, flags: readonly Flag[], help: string): Token[] {
  const [letter = "", ...others] = letters;
  const said = `-${letter}`;
  const flag = flags.find(({ short }) => short === letter);
  if (!flag) throw unknownFlag(said, flags, help);
  const rest = others.join("");
  if (rest === "") return [{ flag, said }];
  if (flag.kind === "switch" && !rest.startsWith("=")) {
    return [{ flag, said }, ...cutShort(rest, flags, help)];
  }
  return [{ flag, said, value: rest.replace(/^=/, "") }];
}

function readSwitch(said: string, value: string | undefined, help: string): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw usageError(`\`${said}\` takes no value, got \`${value}\``, help);
}

/**
 * A value that looks like a flag must be written with `=`: `--env --read-only` is a forgotten value, and silently
 * dropping the flag after it would launch a container with more rights than asked. `-1` is a number.
 */
function following(said: string, flag: Flag, value: string | undefined, help: string): string {
  if (value === undefined) throw usageError(`\`${said}\` needs a value (${flag.value})`, help);
  if (!/^-./s.test(value) || /^-\d+$/.test(value)) return value;
  throw usageError(
    `\`${said}\` needs a value (${flag.value}), got the flag \`${value}\``,
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

/** For a command about one container: its id, and what follows it. */
export function takeId(
  command: string,
  usage: string,
  rest: readonly string[],
): [string, ...string[]] {
  const [id, ...more] = rest;
  if (id !== undefined) return [id, ...more];
  throw usageError(`\`wrun ${command}\` needs the id of a container`, `wrun ${command} ${usage}`);
}

/** For a command that takes no words after its flags. */
export function refuseRest(command: string, rest: readonly string[]): void {
  if (rest.length === 0) return;
  throw usageError(
    `\`wrun ${command}\` takes no argument, got \`${rest[0]}\``,
    `\`wrun help ${command}\` shows how to use it`,
  );
}
