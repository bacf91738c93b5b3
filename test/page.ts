/** Pages that are run: what their fenced blocks say is done, so that they cannot be wrong. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";

export interface Block {
  language: string;
  /** The file that it shows, "" for none. */
  name: string;
  text: string;
}

/** The fenced blocks of a page. Behind the language may stand a file name, which is not displayed. */
export function blocks(page: string): Block[] {
  return [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", name = "", text = ""]) => ({ language, name, text }),
  );
}

/** Writes the files, runs the commands, and compares what they print with the `text` that follows. */
export function follow(page: Block[], directory: string, env: NodeJS.ProcessEnv): void {
  let printed = "";
  for (const { language, name, text } of page) {
    if (name !== "") {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    } else if (language === "sh") {
      const options = { cwd: directory, env, encoding: "utf8" } as const;
      printed = execFileSync("sh", ["-ec", text], options);
    } else if (language === "text") {
      assert.is(printed, text);
    }
  }
}
