/**
 * House rules that neither Biome nor the compiler checks. A rule takes a file and gives what is wrong with it, a line
 * of text each.
 */
import { basename } from "node:path";
import type { File } from "./file.ts";

export type Rule = (file: File) => string[];

const code = /\.(ts|mjs|c|sh)$/;
const typescript = /\.ts$/;

const under = (path: string, ...directories: string[]) =>
  directories.some((directory) => path.startsWith(`${directory}/`));

/** The lines of a file that match, as findings. */
function matches({ path, text }: File, pattern: RegExp, say: string): string[] {
  return text
    .split("\n")
    .flatMap((line, at) =>
      pattern.test(line) ? [`${path}:${at + 1}: ${say}: ${line.trim()}`] : [],
    );
}

/** A file that does not fit a reader's head is two topics. Tables have no plot to follow. */
export const short: Rule = ({ path, text }) => {
  const lines = text.split("\n").length - 1;
  const long = code.test(path) && lines > 300 && !basename(path).startsWith("table-");
  return long ? [`${path}: ${lines} lines, more than 300`] : [];
};

/** Biome wraps code at 100 columns, and leaves comments and long strings alone; a sentence in a string stays whole. */
export const narrow: Rule = (file) =>
  code.test(file.path) && !basename(file.path).startsWith("table-")
    ? matches(file, /^(?!.*["`'].{60}).{131,}$/, "more than 130 columns")
    : [];

/** LF, no tabs, no spaces at the end, one newline at the end of the file. */
export const clean: Rule = (file) => [
  ...matches(file, /\r|\t| $/, "tab, carriage return or space at the end"),
  ...(/[^\n]\n$/.test(file.text) ? [] : [`${file.path}: does not end in one newline`]),
];

/** The folder gives the context, so a file is a noun or noun-noun: shim/facts/user.ts and not readUserFacts.ts. */
export const named: Rule = ({ path }) => {
  const name = basename(path).replace(/(\.test|\.d)?\.ts$/, "");
  const good = !typescript.test(path) || /^[a-z][a-z0-9]*(-[a-z0-9]+){0,2}$/.test(name);
  return good ? [] : [`${path}: not a lower-case noun`];
};

/** One module talks to koffi: what else does is a system call that the shim does not know of. */
export const oneDoor: Rule = (file) =>
  typescript.test(file.path) && under(file.path, "runtime", "shim") && file.path !== "shim/libc.ts"
    ? matches(file, /(from|import\(|require\() ?"(koffi|@koromix)/, "only shim/libc.ts uses koffi")
    : [];

/** fork and exec by Node would go past the launch program: init is started by posix_spawn. */
export const noChildProcess: Rule = (file) =>
  under(file.path, "shim") && typescript.test(file.path)
    ? matches(file, /"(node:)?child_process"/, "no child_process in the shim")
    : [];

/** wasm/ and runtime/launch/ are the functional core: what they decide depends on their arguments alone. */
export const pureCore: Rule = (file) =>
  under(file.path, "wasm/policy", "runtime/launch") && typescript.test(file.path)
    ? matches(
        file,
        /"node:|\bprocess\.(arch|argv|cwd|env|get|hrtime|pid|platform)|Math\.random|Date\.now|new Date\(/,
        "an effect in the core",
      )
    : [];

/** Prototype pollution and duplicate keys come in through JSON: one reader checks both. wrun's own records are its own. */
export const oneReader: Rule = (file) =>
  under(file.path, "runtime", "shim") &&
  typescript.test(file.path) &&
  !under(file.path, "runtime/state")
    ? matches(file, /\bJSON\.parse\(/, "JSON is read by runtime/spec/json.ts")
    : [];

// Written in pieces, so that this file does not find itself.
const unfinished = new RegExp(
  `\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`,
);
const skipping = new RegExp(`\\.(${["on" + "ly", "sk" + "ip"].join("|")})\\(`);
// The root of a process in /proc is no path of a machine.
const elsewhere = new RegExp(`(?<!/proc/[^/]+)/(ro${"ot"}|ho${"me"}|wo${"rk"})/[a-z.]`);
const registry = new RegExp(`registry${"\\."}|npm${"js"}\\.|py${"pi"}\\.`);

/** What is not finished is not in the repository. */
export const finished: Rule = (file) => [
  ...matches(file, unfinished, "left open"),
  ...(under(file.path, "test") && typescript.test(file.path)
    ? matches(file, skipping, "a test that does not run")
    : []),
];

/** Paths and hosts of one machine do not help on another. test/shim has texts of made-up hosts. */
export const portable: Rule = (file) => [
  ...(under(file.path, "test/shim") ? [] : matches(file, elsewhere, "a path of one machine")),
  ...matches(file, registry, "the host of a registry"),
];

/** Every function that talks to the kernel, or that users of the library call, says in a sentence what it is for. */
export const documented: Rule = ({ path, text }) => {
  const library = [
    "runtime/index.ts",
    "runtime/plan.ts",
    "runtime/run/run.ts",
    ...["create", "kill", "list", "remove", "start", "state"].map(
      (n) => `runtime/lifecycle/${n}.ts`,
    ),
  ];
  if (!typescript.test(path) || !(under(path, "shim") || library.includes(path))) return [];
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const name = /^export (?:async )?function\*? (\w+)/.exec(line)?.[1];
    const before = lines[at - 1] ?? "";
    // An overload is documented at the first of its signatures.
    const told = before.endsWith("*/") || before.includes(`function ${name}(`);
    return name && !told ? [`${path}:${at + 1}: \`${name}\` says nothing of itself`] : [];
  });
};
