/** The help texts, made of the command table: usage first, examples last, at most 24 lines of 80 columns. */
import type { Flag } from "./flag.ts";
import type { Command } from "./table-command.ts";

const width = 80;
/** More flags than this are grouped, several a line; `wrun help COMMAND FLAG` explains each. */
const listed_max = 8;

/** What `wrun --help` prints. */
export function overview(commands: readonly Command[]): string {
  const own = commands.filter(({ oci }) => !oci);
  const others = commands.flatMap(({ oci, name }) => (oci ? [name] : []));
  const name_width = Math.max(...own.map(({ name }) => name.length)) + 3;
  return lines([
    "wrun: Linux containers from TypeScript",
    "",
    "usage: wrun [--root DIR] [--log FILE] <command> [flags] [arguments]",
    "",
    ...own.map(({ name, summary }) => `  ${name.padEnd(name_width)}${summary}`),
    "  and as runc has them:",
    ...wrap(others, width - 4).map((line) => `    ${line}`),
    "",
    "  wrun <command> --help    the flags of a command, with examples",
    "  wrun help CODE           what an error code means and what to do",
    "",
    "examples:",
    "  wrun run -- sh -c 'hostname; id; ps'",
    "  wrun doctor",
  ]);
}

/** What `wrun COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const { name, usage, about, flags, examples } = command;
  return lines([
    `usage: wrun ${name} ${usage}`,
    "",
    ...about,
    "",
    ...(flags.length > listed_max ? groupedFlags(command) : listedFlags(flags)),
    "",
    "examples:",
    ...examples.map((example) => `  ${example}`),
  ]);
}

/** What `wrun help COMMAND FLAG` prints. */
export function flagHelp(command: Command, flag: Flag): string {
  const many = flag.kind === "list" ? " (may be repeated)" : "";
  return lines([`wrun ${command.name} ${spelling(flag)}`, "", `  ${flag.about}${many}`]);
}

function listedFlags(flags: readonly Flag[]): string[] {
  const column = Math.max(...flags.map((flag) => spelling(flag).length)) + 3;
  return flags.map((flag) => `  ${spelling(flag).padEnd(column)}${flag.about}`);
}

function groupedFlags({ name, flags }: Command): string[] {
  const groups = [...new Set(flags.map((flag) => flag.group))];
  const column = Math.max(...groups.map((group) => group.length)) + 2;
  const body = groups.flatMap((group) => {
    const words = flags.filter((flag) => flag.group === group).map(spelling);
    return wrap(words, width - column - 2).map(
      (line, i) => `  ${(i === 0 ? group : "").padEnd(column)}${line}`,
    );
  });
  return [...body, `  \`wrun help ${name} --FLAG\` explains a flag`];
}

/** `-e, --env NAME[=VALUE]`. */
function spelling({ short, name, value }: Flag): string {
  const long = value === "" ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function wrap(words: readonly string[], columns: number): string[] {
  const result: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? word : `${line}  ${word}`;
    if (longer.length > columns && line !== "") {
      result.push(line);
      line = word;
    } else line = longer;
  }
  return [...result, line];
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}
