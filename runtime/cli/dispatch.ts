/** From argv to a command and from its error to an exit code. */

import { resolve } from "node:path";
import type { WrunError } from "../error.ts";
import { onWarning } from "../warning.ts";
import { colorsFor } from "./color.ts";
import { asWrunError, errorJson, errorText, wholeMessage } from "./error.ts";
import { type Arguments, parseFlags, usageError } from "./flag.ts";
import { type Log, writeDebug, writeLog } from "./log.ts";
import { nearest } from "./nearest.ts";
import { isTerminal, print, remark } from "./output.ts";
import { type Command, commands, findCommand, globalFlags } from "./table-command.ts";
import { version, versionText } from "./version.ts";

/** What a command's module exports. Returns the exit status. */
export type Execute = (given: Arguments) => Promise<number> | number;

/** One dynamic import per command, so that none pays for the others. */
export type Modules<Name extends string = string> = Record<
  Name,
  () => Promise<{ execute: Execute }>
>;

/** Runs one command line and returns the exit status; every error ends here, as text on stderr. */
export async function dispatch(argv: readonly string[], modules: Modules): Promise<number> {
  let { command, rest, log }: Invocation = { command: undefined, rest: [...argv], log: undefined };
  const fail = (thrown: unknown): number => report(thrown, command, rest, log);
  // Thrown where nobody awaits: Node would exit with 1, which may be the container's own.
  process.once("uncaughtException", (thrown) => process.exit(fail(thrown)));
  try {
    const given = readGlobals(argv);
    log = given.log;
    if (given.debug) tellDebug(argv, log);
    onWarning((warning) => tellWarning(warning, given.log));
    [, ...rest] = given.rest;
    command = findCommand(given.rest[0] ?? "");
    return await (command
      ? runCommand(command, rest, modules[command.name], given.systemd)
      : runTopLevel(given.rest));
  } catch (thrown) {
    return fail(thrown);
  }
}

/** What is run, and at the end of this process how it went. */
function tellDebug(argv: readonly string[], log: Log | undefined): void {
  const words = argv.map((word) => JSON.stringify(word)).join(" ");
  writeDebug(log, `wrun ${version} on Node ${process.version}, pid ${process.pid}: ${words}`);
  process.once("exit", (status) => {
    writeDebug(log, `exit status ${status} after ${Math.round(performance.now())} ms`);
  });
}

function tellWarning(warning: WrunError, log: Log | undefined): void {
  remark(`wrun: warning: ${wholeMessage(warning)}\n`);
  if (log) writeLog(log, warning, "warning");
}

interface Invocation {
  command: Command | undefined;
  rest: readonly string[];
  log: Log | undefined;
}

interface Globals {
  rest: readonly string[];
  log: Log | undefined;
  /** Does systemd make the cgroups? */
  systemd: boolean;
  debug: boolean;
}

/** What stands before the command. `--version` and `--help` are taken as commands of their own. */
function readGlobals(argv: readonly string[]): Globals {
  if (!argv[0]?.startsWith("-"))
    return { rest: argv, log: undefined, systemd: false, debug: false };
  const { switches, values, rest } = parseFlags(argv, globalFlags, "`wrun --help` lists them all");
  const log = readLog(values);
  const root = values.get("root");
  if (root !== undefined) process.env.WRUN_ROOT = resolve(root);
  const criu = values.get("criu");
  if (criu !== undefined) process.env.WRUN_CRIU = resolve(criu);
  const systemd = switches.get("systemd-cgroup") ?? false;
  const debug = switches.get("debug") ?? false;
  for (const word of ["version", "help"])
    if (switches.get(word)) return { rest: [`--${word}`], log, systemd, debug };
  return { rest, log, systemd, debug };
}

function readLog(values: ReadonlyMap<string, string>): Log | undefined {
  const format = values.get("log-format") ?? "text";
  if (format !== "text" && format !== "json")
    throw usageError(`\`--log-format\` is \`${format}\``, "it is `text` or `json`");
  const path = values.get("log");
  return path === undefined ? undefined : { path, format };
}

/** Shows an error on stderr, and where it was asked for in a log, and answers with the exit status that goes with it. */
function report(
  thrown: unknown,
  command: Command | undefined,
  argv: readonly string[],
  log: Log | undefined,
): number {
  const error = asWrunError(thrown);
  const exitCode = error.code === "ERR_USAGE" ? (command?.usageExit ?? 2) : error.exitCode;
  if (log) writeLog(log, error);
  if (command && wantsJson(command, argv)) {
    remark(errorJson(error, exitCode));
    return exitCode;
  }
  const terminal = isTerminal(2);
  const colors = colorsFor(terminal, process.env);
  remark(errorText(error, { colors, last: !terminal, exitCode }));
  return exitCode;
}

/** The error may be that the flags cannot be read; then one that says --json before `--` is taken at its word. */
function wantsJson({ flags }: Command, argv: readonly string[]): boolean {
  if (!flags.some(({ name }) => name === "json")) return false;
  try {
    return parseFlags(argv, flags, "").switches.get("json") ?? false;
  } catch {
    const end = argv.indexOf("--");
    return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  load: Modules[string] | undefined,
  systemd: boolean,
): Promise<number> {
  const given = parseFlags(argv, command.flags, `\`wrun help ${command.name}\` lists them all`);
  if (given.switches.get("help")) {
    const { commandHelp } = await import("./help.ts");
    print(commandHelp(command));
    return 0;
  }
  if (!load) throw new RangeError(`no module for the command ${command.name}`);
  const switches = new Map([...given.switches, ["systemd-cgroup", systemd] as const]);
  return await (await load()).execute({ ...given, switches });
}

async function runTopLevel(argv: readonly string[]): Promise<number> {
  const [word] = argv;
  if (word === "--version") {
    print(versionText());
    return 0;
  }
  if (word === undefined || word === "--help") {
    const { overview } = await import("./help.ts");
    (word === undefined ? remark : print)(overview(commands));
    return word === undefined ? 2 : 0;
  }
  const near = nearest(
    word,
    commands.map(({ name }) => name),
  );
  const all = "`wrun --help` lists the commands";
  throw usageError(
    `there is no command \`${word}\``,
    near === undefined || near === word ? all : `did you mean \`${near}\`? ${all}`,
  );
}
