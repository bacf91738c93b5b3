/** From argv to a command and from its error to an exit code. */

import { colorsFor } from "./color.ts";
import { asWrunError, errorJson, errorText } from "./error.ts";
import { type Arguments, parseFlags, usageError } from "./flag.ts";
import { nearest } from "./nearest.ts";
import { isTerminal, print, remark } from "./output.ts";
import { type Command, commands, findCommand } from "./table-command.ts";

/** What a command's module exports. Returns the exit status. */
export type Execute = (given: Arguments) => Promise<number> | number;

/** One dynamic import per command, so that none pays for the others. */
const modules: Record<string, () => Promise<{ execute: Execute }>> = {
  run: () => import("./command/run.ts"),
  spec: () => import("./command/spec.ts"),
  plan: () => import("./command/plan.ts"),
  compare: () => import("./command/compare.ts"),
  facts: () => import("./command/facts.ts"),
  doctor: () => import("./command/doctor.ts"),
  delete: () => import("./command/delete.ts"),
  help: () => import("./command/help.ts"),
};

/** Runs one command line and returns the exit status; every error ends here, as text on stderr. */
export async function dispatch(argv: readonly string[]): Promise<number> {
  const [word = "", ...rest] = argv;
  const command = findCommand(word);
  // Thrown where nobody awaits: Node would exit with 1, which may be the container's own.
  process.once("uncaughtException", (thrown) => process.exit(report(thrown, command, rest)));
  try {
    return await (command ? runCommand(command, rest) : runTopLevel(argv));
  } catch (thrown) {
    return report(thrown, command, rest);
  }
}

/** Shows an error on stderr and answers with the exit status that goes with it. */
function report(thrown: unknown, command: Command | undefined, argv: readonly string[]): number {
  const error = asWrunError(thrown);
  const exitCode = error.code === "ERR_USAGE" ? (command?.usageExit ?? 2) : error.exitCode;
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

async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  const given = parseFlags(argv, command.flags, `\`wrun help ${command.name}\` lists them all`);
  if (given.switches.get("help")) {
    const { commandHelp } = await import("./help.ts");
    print(commandHelp(command));
    return 0;
  }
  const load = modules[command.name];
  if (!load) throw new RangeError(`no module for the command ${command.name}`);
  return await (await load()).execute(given);
}

async function runTopLevel(argv: readonly string[]): Promise<number> {
  const [word] = argv;
  if (word === undefined || word === "--help" || word === "-h") {
    const { overview } = await import("./help.ts");
    (word === undefined ? remark : print)(overview(commands));
    return word === undefined ? 2 : 0;
  }
  const near = nearest(word, [...commands.map(({ name }) => name), "--help", "--version"]);
  const all = "`wrun --help` lists the commands";
  throw usageError(
    word === "--version"
      ? "`--version` stands alone"
      : `there is no ${word.startsWith("-") ? "flag" : "command"} \`${word}\``,
    near === undefined || near === word ? all : `did you mean \`${near}\`? ${all}`,
  );
}
