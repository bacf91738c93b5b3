/** `wrun help [COMMAND [FLAG] | CODE]`. */

import { codeHelp, findCode } from "../code.ts";
import { type Arguments, usageError } from "../flag.ts";
import { commandHelp, flagHelp, overview } from "../help.ts";
import { nearest } from "../nearest.ts";
import { print } from "../output.ts";
import { codes } from "../table-code.ts";
import { type Command, commands, findCommand } from "../table-command.ts";

/** Prints the text for the words after `wrun help`; 0. */
export function execute({ rest }: Arguments): number {
  print(helpText(rest));
  return 0;
}

/** The text for the words after `wrun help`. Throws ERR_USAGE with the nearest topic for an unknown one. */
export function helpText([topic, flag]: readonly string[]): string {
  if (topic === undefined) return overview(commands);
  const command = findCommand(topic);
  if (command) return flag === undefined ? commandHelp(command) : oneFlag(command, flag);
  const entry = findCode(topic);
  if (entry) return codeHelp(entry);
  const topics = [...commands.map(({ name }) => name), ...codes.map(({ code }) => code)];
  const near = nearest(topic, topics);
  throw usageError(
    `there is no help on \`${topic}\``,
    near === undefined ? "`wrun help` lists the commands" : `did you mean \`${near}\`?`,
  );
}

function oneFlag(command: Command, word: string): string {
  const wanted = word.replace(/^-+/, "");
  const flag = command.flags.find(({ name, short }) => name === wanted || short === wanted);
  if (flag) return flagHelp(command, flag);
  const near = nearest(
    word,
    command.flags.map(({ name }) => `--${name}`),
  );
  throw usageError(
    `\`wrun ${command.name}\` has no flag \`${word}\``,
    near === undefined ? `\`wrun help ${command.name}\` lists them` : `did you mean \`${near}\`?`,
  );
}
