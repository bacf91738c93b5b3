/** `wrun compare`: where another runtime would write something else. */
import { type Comparison, compare } from "../../compare/compare.ts";
import { runtimes } from "../../compare/outcome.ts";
import { readFacts } from "../../facts/file.ts";
import { probeHost, readRequest } from "../../run/prepare.ts";
import { type Arguments, usageError } from "../flag.ts";
import { print } from "../output.ts";
import { inFlags, runOptions } from "../request.ts";

/** Prints the differences; 0, whether there are any or not. Throws what reading a bundle throws. */
export function execute(given: Arguments): number {
  const made = compared(given);
  print(given.switches.get("json") ? `${JSON.stringify(made)}\n` : comparisonText(made));
  return 0;
}

function compared(given: Arguments): Comparison {
  const word = given.values.get("as");
  const runtime = runtimes.find((each) => each === word);
  if (runtime === undefined) {
    const said = word === undefined ? "needs `--as`" : `has \`--as ${word}\``;
    throw usageError(`\`wrun compare\` ${said}`, `it is one of ${runtimes.join(", ")}`);
  }
  try {
    const file = given.values.get("facts");
    const facts = file === undefined ? probeHost() : readFacts(file);
    return compare(readRequest(runOptions(given, process.env), facts).spec, facts, runtime);
  } catch (error) {
    throw inFlags(error);
  }
}

/** A difference a paragraph: the place, both sides, and the rule of each. */
export function comparisonText({ runtime, version, differences }: Comparison): string {
  const name = `${runtime} ${version}`;
  if (differences.length === 0) return `${name} would write the same\n`;
  const width = name.length + 2;
  const paragraphs = differences.map(({ pointer, theirs, ours, because, instead }) =>
    [
      pointer,
      `  ${name.padEnd(width)}${theirs}`,
      `  ${"".padEnd(width)}because ${because}`,
      `  ${"wrun".padEnd(width)}${ours}`,
      `  ${"".padEnd(width)}because ${instead}`,
    ].join("\n"),
  );
  return `${paragraphs.join("\n\n")}\n`;
}
