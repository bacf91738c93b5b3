import * as assert from "uvu/assert";
import { helpText } from "../../runtime/cli/command/help.ts";
import { parseFlags } from "../../runtime/cli/flag.ts";
import { commandHelp } from "../../runtime/cli/help.ts";
import { commands } from "../../runtime/cli/table-command.ts";
import type { WrunError } from "../../runtime/error.ts";
import { topic } from "../harness.ts";
import { golden } from "./golden.ts";

const test = topic("help");
const texts = [{ name: "wrun", text: helpText([]) }].concat(
  commands.map((command) => ({ name: command.name, text: commandHelp(command) })),
);

for (const { name, text } of texts) {
  test(`${name}: is what it was`, () => golden(`test/cli/golden/help-${name}.txt`, text));

  test(`${name}: fits a terminal, examples last`, () => {
    const lines = text.trimEnd().split("\n");
    assert.ok(lines.length <= 24, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 80, `${line.length} columns: ${line}`);
    const start = lines.indexOf("examples:");
    assert.ok(start > 0);
    assert.ok(
      lines.slice(start + 1).every((line) => line.startsWith("  wrun") || line.includes("wrun ")),
    );
  });
}

test("names every flag of every command", () => {
  for (const command of commands) {
    const text = commandHelp(command);
    for (const { name } of command.flags) assert.match(text, new RegExp(`--${name}\\b`));
  }
});

test("examples are command lines that wrun takes", () => {
  for (const command of commands) {
    for (const example of command.examples) {
      const own = example
        .split("wrun ")
        .slice(1)
        .find((text) => text.startsWith(command.name));
      assert.ok(own, example);
      const words = (own.split(/ [|&]/)[0] ?? "").split(" ").slice(1);
      parseFlags(words, command.flags, "");
    }
  }
});

test("explains a flag, by either spelling", () => {
  const text = helpText(["run", "--volume"]);
  assert.match(text, "SRC:DST[:ro]");
  assert.match(text, "may be repeated");
  assert.is(helpText(["run", "-v"]), text);
});

test("explains an error code, in any case and without the prefix", () => {
  const text = helpText(["ERR_IDMAP"]);
  assert.match(text, "/etc/subuid");
  assert.is(helpText(["idmap"]), text);
});

test("names the nearest topic and flag", () => {
  const fails = (words: string[], hint: string) =>
    assert.throws(
      () => helpText(words),
      (error: WrunError) => error.code === "ERR_USAGE" && error.hint?.includes(hint),
    );
  fails(["runn"], "`run`");
  fails(["ERR_IDMAPS"], "`ERR_IDMAP`");
  fails(["run", "--volum"], "`--volume`");
});

test.run();
