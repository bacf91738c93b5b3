/** From the flags of `wrun run` and `wrun plan` to the options of the library. */

import { readlinkSync } from "node:fs";
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
  "pid-file": "pidFile",
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
  const passed = inherited(given.values.get("preserve-fds"), env);
  if (passed) {
    options.fds = passed.fds;
    if (passed.env) options.env = { ...passed.env, ...(options.env ?? {}) };
  }
  if (env.NOTIFY_SOCKET) options.notify = true;
  if (given.switches.get("systemd-cgroup")) options.cgroupManager = "systemd";
  if (given.switches.get("no-pivot")) options.pivot = false;
  if (given.switches.get("no-new-keyring")) options.newKeyring = false;
  if (given.rest.length === 0) return options as RunOptions;
  // As runc: `run --bundle DIR ID`. A command of one's own stands after `--`.
  if (options.bundle === undefined || given.dashes) options.args = given.rest;
  else options.name = onlyId(given.rest);
  return options as RunOptions;
}

function onlyId([id, ...more]: readonly string[]): string | undefined {
  if (more.length === 0) return id;
  throw usageError(
    `with \`--bundle\` the word \`${id}\` is the id of the container, and more follow`,
    "a command stands after `--`: `wrun run --bundle DIR -- COMMAND`",
  );
}

/**
 * Did the caller leave it open? Node marks what it finds as it marks its own; but the first that it opens itself, and so
 * with the lowest free number, is an epoll(7).
 */
function isInherited(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) !== "anon_inode:[eventpoll]";
  } catch {
    return false;
  }
}

/**
 * Files from 3 on: those of a socket activation that is meant for this process (sd_listen_fds(3)), as runc passes them
 * on, and then as many as were asked for.
 */
export function inherited(
  text: string | undefined,
  env: NodeJS.ProcessEnv,
): Pick<RunOptions, "fds" | "env"> | undefined {
  const listening = env.LISTEN_PID === `${process.pid}` ? Number(env.LISTEN_FDS ?? 0) : 0;
  if (!/^\d{1,4}$/.test(text ?? "0") || !Number.isInteger(listening))
    throw usageError(`\`--preserve-fds\` is \`${text}\`, not a number of files`, "0 to 9999");
  const count = listening + Number(text ?? 0);
  if (count === 0) return undefined;
  const fds = Array.from({ length: count }, (_, i) => 3 + i);
  const closed = fds.find((fd) => !isInherited(fd));
  if (closed !== undefined) {
    throw usageError(
      `descriptor ${closed} of ${count} to be passed on is not open`,
      "`--preserve-fds N` passes on 3 to 2+N, which the caller has to open",
    );
  }
  if (listening === 0) return { fds };
  return { fds, env: { LISTEN_FDS: `${listening}`, LISTEN_PID: "1" } };
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
