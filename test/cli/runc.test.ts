/** runc's command line: whoever calls runc can call wrun. Its flags, from the help of the runc that is here and by hand. */
import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import { commands, globalFlags } from "../../runtime/cli/table-command.ts";
import { topic } from "../harness.ts";
import { newer_flags } from "./table-runc.ts";

const test = topic("cli/runc");

/** The flags that a help text lists: `--bundle value, -b value`. */
function flagsOf(...command: string[]): string[] {
  const { stdout } = spawnSync("runc", [...command, "--help"], { encoding: "utf8" });
  const options = stdout.slice(stdout.search(/^(GLOBAL )?OPTIONS:/m));
  return options
    .split("\n")
    .flatMap(
      (line) =>
        /^ {3}(-[^\s,]+(?: value)?(?:, -[^\s,]+(?: value)?)*)/.exec(line)?.[1]?.split(", ") ?? [],
    )
    .map((word) => word.replace(/ value$/, "").replace(/^--?/, ""));
}

const known = (flags: readonly { name: string; short?: string }[]): Set<string> =>
  new Set(["help", "h", ...flags.flatMap(({ name, short }) => [name, ...(short ? [short] : [])])]);

test("has every command of runc's, with every flag", { needs: ["runc"] }, () => {
  const { stdout } = spawnSync("runc", ["--help"], { encoding: "utf8" });
  const list = /^COMMANDS:\n([\s\S]*?)\n\n/m.exec(stdout)?.[1] ?? "";
  const names = list.split("\n").flatMap((line) => /^ {3}([a-z]+)/.exec(line)?.[1] ?? []);
  assert.ok(names.length > 15);
  const missing: string[] = [];
  for (const name of names.filter((each) => each !== "help")) {
    const command = commands.find((each) => each.name === name);
    if (!command) missing.push(name);
    const has = known(command?.flags ?? []);
    for (const flag of flagsOf(name)) if (!has.has(flag)) missing.push(`${name} --${flag}`);
  }
  const global = known(globalFlags);
  for (const flag of flagsOf()) if (!global.has(flag)) missing.push(`--${flag}`);
  assert.equal(missing, []);
});

test("has the flags of newer versions", () => {
  for (const [name, flags] of Object.entries(newer_flags)) {
    const has = known(commands.find((each) => each.name === name)?.flags ?? []);
    for (const flag of flags) assert.ok(has.has(flag), `${name} --${flag}`);
  }
});

test.run();
