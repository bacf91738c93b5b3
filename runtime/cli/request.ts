/** From the flags of `wrun run` and `wrun plan` to the options of the library. */
import { WrunError } from "../error.ts";
import type { RunOptions } from "../options/types.ts";
import { quote } from "../spec/quote.ts";
import { type Arguments, usageError } from "./flag.ts";

/** Which option a flag stands for. The library checks the values; here they stay text. */
const values = {
  bundle: "bundle",
  rootfs: "rootfs",
  name: "name",
  hostname: "hostname",
  workdir: "workdir",
  user: "user",
  memory: "memory",
  "memory-swap": "memorySwap",
  cpus: "cpus",
  "cpu-shares": "cpuShares",
  "cpuset-cpus": "cpusetCpus",
  "pids-limit": "pidsLimit",
  network: "network",
  userns: "userns",
} as const satisfies Record<string, keyof RunOptions>;

const lists = {
  volume: "volumes",
  tmpfs: "tmpfs",
  "cap-add": "capAdd",
  "cap-drop": "capDrop",
  ulimit: "ulimits",
  uidmap: "uidMap",
  gidmap: "gidMap",
} as const satisfies Record<string, keyof RunOptions>;

const switches = {
  "read-only": "readOnly",
  "no-new-privileges": "noNewPrivileges",
  tty: "tty",
  interactive: "interactive",
} as const satisfies Record<string, keyof RunOptions>;

/** `env` is wrun's own, from which `-e NAME` without a value takes it. */
export function runOptions(given: Arguments, env: NodeJS.ProcessEnv): RunOptions {
  const options: Partial<Record<keyof RunOptions, unknown>> = {};
  for (const [flag, key] of Object.entries(values))
    if (given.values.has(flag)) options[key] = given.values.get(flag);
  for (const [flag, key] of Object.entries(lists))
    if (given.lists.has(flag)) options[key] = given.lists.get(flag);
  for (const [flag, key] of Object.entries(switches))
    if (given.switches.has(flag)) options[key] = given.switches.get(flag);
  const security = given.lists.get("security-opt");
  if (security) Object.assign(options, securityOptions(security));
  const variables = given.lists.get("env");
  if (variables) options.env = environment(variables, env);
  if (given.rest.length > 0) options.args = given.rest;
  return options as RunOptions;
}

/** `seccomp=PROFILE`, and docker's other spelling of --no-new-privileges. */
function securityOptions(
  texts: readonly string[],
): Pick<RunOptions, "seccomp" | "noNewPrivileges"> {
  const options: Pick<RunOptions, "seccomp" | "noNewPrivileges"> = {};
  for (const text of texts) {
    const [, key, value] = /^([^=:]+)(?:[=:](.+))?$/s.exec(text) ?? [];
    const isSwitch = value === undefined || value === "true" || value === "false";
    if (key === "seccomp" && value !== undefined) options.seccomp = value;
    else if (key === "no-new-privileges" && isSwitch) options.noNewPrivileges = value !== "false";
    else
      throw usageError(
        `\`--security-opt\` is ${quote(text)}, which wrun does not know`,
        "`seccomp=default`, `seccomp=unconfined`, `seccomp=FILE` or `no-new-privileges`",
      );
  }
  return options;
}

/** As with docker, a name without a value that wrun does not have itself is left out. */
function environment(variables: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = variables.flatMap((text): [string, string][] => {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name === "")
      throw usageError(`\`--env\` is \`${text}\`, not NAME=VALUE`, "the name is missing");
    const value = equals < 0 ? env[name] : text.slice(equals + 1);
    return value === undefined ? [] : [[name, value]];
  });
  // fromEntries defines own properties: a variable called __proto__ is one like any other.
  return Object.fromEntries(entries);
}

const spellings = new Map<string, string>(
  [values, lists, switches, { env: "env", "security-opt": "seccomp" }].flatMap((table) =>
    Object.entries(table).map(([flag, key]): [string, string] => [key, `--${flag}`]),
  ),
);

/** The library speaks of options (`memorySwap`), whoever typed flags knows them as `--memory-swap`. */
export function inFlags(error: unknown): unknown {
  if (!(error instanceof WrunError) || error.code !== "ERR_USAGE") return error;
  const message = error.message.replace(/^`(\w+)/, (whole, key: string) => {
    const flag = spellings.get(key);
    return flag === undefined ? whole : `\`${flag}`;
  });
  return new WrunError({ ...error, message, cause: error });
}
