import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { WrunError } from "../error.ts";
import { errorsOf, wordsOf } from "./log.ts";
import type { Response } from "./message.ts";

/** `what`: `checkpoint the container ...`. `response` is null when CRIU has ended without one. */
export function criuFailed(what: string, response: Response | null, log: string): WrunError {
  const errors = errorsOf(readLog(log));
  const first = response?.message || errors[0] || "";
  const why = wordsOf(first) || (response ? `errno ${response.errno}` : "it ended without a word");
  return new WrunError({
    code: "ERR_CRIU",
    message: `cannot ${what}: CRIU: ${why}`,
    ...(errors.length > 0 && { because: errors.join("\n") }),
    hint: `all that CRIU has to say is in \`${log}\``,
    path: log,
  });
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // CRIU came to an end before it could open it.
    return "";
  }
}

/** Where system programs are that an ordinary user's PATH does not have. */
const more_directories = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Where `criu` may be, in the order in which execve(2) is to try: where `--criu` says, or else PATH, as for a shell. */
export function criuPaths({ WRUN_CRIU, PATH: path }: NodeJS.ProcessEnv): string[] {
  if (WRUN_CRIU !== undefined) return [WRUN_CRIU];
  const directories = (path ?? "").split(delimiter).filter((each) => each.startsWith("/"));
  return [...new Set([...directories, ...more_directories])].map((each) => join(each, "criu"));
}

export function notInstalled(): WrunError {
  return new WrunError({
    code: "ERR_CRIU",
    message: "there is no program `criu` in PATH",
    hint: "install CRIU, which saves and restores processes (Debian: `apt-get install criu`)",
  });
}
