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
  doctor: () => import("./command/doctor.ts"),
  delete: () => import("./command/delete.ts"),
  help: () => import("./command/help.ts"),
};

/** Runs one command line and returns the exit status; every error ends here, as text on stderr. */
export async function dispatch(argv: readonly string[]): Promise<number> {
  const command = findCommand(argv[0] ?? "");
  try {
    if (command) return await runCommand(command, argv.slice(1));
    return await runTopLevel(argv);
  } catch (thrown) {
    const error = asWrunError(thrown);
    const exitCode = error.code === "ERR_USAGE" ? (command?.usageExit ?? 2) : error.exitCode;
    const ownFlags = argv.slice(0, argv.indexOf("--") >>> 0);
    const isJson =
      command?.flags.some(({ name }) => name === "json") && ownFlags.includes("--json");
    const terminal = isTerminal(2);
    const colors = colorsFor(terminal, process.env);
    remark(
      isJson ? errorJson(error, exitCode) : errorText(error, { colors, last: !terminal, exitCode }),
    );
    return exitCode;
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
