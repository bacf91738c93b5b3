/** `wrun exec`: one more program in a container, with wrun's own standard streams. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { WrunError } from "../../error.ts";
import { exec } from "../../lifecycle/exec.ts";
import type { ExecOptions } from "../../lifecycle/exec-options.ts";
import { checkProcessAlone } from "../../spec/check/check.ts";
import { readJson } from "../../spec/json.ts";
import type { Process } from "../../spec/types.ts";
import { type Arguments, takeId, usageError } from "../flag.ts";
import { inherited } from "../request.ts";

/** Resolves with the program's own exit code, or 128+n; with 0 when it was detached. Throws what exec() throws. */
export async function execute(given: Arguments): Promise<number> {
  const [id, ...words] = takeId("exec", "[flags] ID command [arg...]", given.rest);
  const args = words[0] === "--" ? words.slice(1) : words;
  const options = execOptions(given, args);
  const leaves = options.detach ?? false;
  const { exitCode } = await exec(id, options, { forwardSignals: !leaves, leaves });
  return exitCode;
}

function execOptions({ switches, values, lists }: Arguments, args: string[]): ExecOptions {
  const file = values.get("process");
  if (file === undefined && args.length === 0)
    throw usageError("`wrun exec` needs a command", "wrun exec [flags] ID command [arg...]");
  const has = (flag: string): boolean => switches.get(flag) ?? false;
  const path = (flag: string): string | undefined => {
    const value = values.get(flag);
    return value === undefined ? undefined : resolve(value);
  };
  const whole = file === undefined ? undefined : readProcess(file, has("tty"));
  const tty = whole ? (whole.terminal ?? false) : has("tty");
  return {
    ...(whole && { process: whole }),
    args,
    tty,
    detach: has("detach"),
    ignorePaused: has("ignore-paused"),
    noNewPrivileges: has("no-new-privs"),
    ...defined({
      cwd: values.get("cwd"),
      user: values.get("user"),
      env: environment(lists.get("env")),
    }),
    ...defined({ pidFile: path("pid-file"), consoleSocket: path("console-socket") }),
    ...defined({ pidfdSocket: path("pidfd-socket"), capabilities: capabilities(lists.get("cap")) }),
    ...defined({
      apparmorProfile: values.get("apparmor"),
      selinuxLabel: values.get("process-label"),
    }),
    ...defined({ cgroups: lists.get("cgroup") }),
    ...defined({ additionalGids: lists.get("additional-gids")?.map(gid) }),
    fds: inherited(values.get("preserve-fds"), {})?.fds ?? [],
    interactive: tty,
    stdin: tty ? "ignore" : "inherit",
    stdout: "inherit",
    stderr: "inherit",
  };
}

/** Without what was not given. */
function defined<T extends object>(options: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

function readProcess(file: string, tty: boolean): Process {
  try {
    const process = checkProcessAlone(readJson(readFileSync(file), file), file);
    return tty ? { ...process, terminal: true } : process;
  } catch (cause) {
    const { code: errno } = cause as NodeJS.ErrnoException;
    if (cause instanceof WrunError || errno === undefined) throw cause;
    const message = `cannot read the process \`${file}\`: ${errno}`;
    throw new WrunError({ code: "ERR_USAGE", message, errno, path: file, cause });
  }
}

function environment(entries: readonly string[] | undefined): string[] | undefined {
  const wrong = entries?.find((entry) => entry.indexOf("=") <= 0);
  if (wrong !== undefined) throw usageError(`\`--env\` is \`${wrong}\``, "it is NAME=VALUE");
  return entries && [...entries];
}

function capabilities(names: readonly string[] | undefined): string[] | undefined {
  return names?.map((name) => `CAP_${name.toUpperCase().replace(/^CAP_/, "")}`);
}

function gid(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number < 2 ** 32 - 1) return number;
  throw usageError(`\`--additional-gids\` is \`${text}\``, "it is a number");
}
