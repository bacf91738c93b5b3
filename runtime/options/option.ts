import { nearest } from "../cli/nearest.ts";
import { WrunError } from "../error.ts";
import { quote } from "../spec/quote.ts";
import { parseUser } from "../spec/user.ts";
import * as number from "./number.ts";
import { parseLimit, parseSize } from "./size.ts";
import * as text from "./text.ts";
import type { RunOptions, Stream } from "./types.ts";
import { parseUlimit } from "./ulimit.ts";
import { usage } from "./usage.ts";
import { parseMapping, parseUserns } from "./userns.ts";
import { parseTmpfs, parseVolume } from "./volume.ts";

type Reader<T> = (value: unknown, name: string) => T;

const stream = text.oneOf<Stream>(["inherit", "pipe", "ignore"]);

/** One reader for each option: from what a caller wrote, in whatever language, to what it means. */
const readers = {
  bundle: text.parsePath,
  rootfs: text.parsePath,
  args: text.listOf(text.parseText),
  name: text.parseName,
  hostname: text.parseHostname,
  env: text.parseEnv,
  workdir: text.parseAbsolute,
  user: readUser,
  volumes: text.listOf(parseVolume),
  tmpfs: text.listOf(parseTmpfs),
  readOnly: text.parseBoolean,
  memory: parseLimit,
  memorySwap: parseLimit,
  cpus: number.parseCpus,
  cpuShares: (value, name) => number.parseInteger(value, name, 2, 262_144),
  cpusetCpus: number.parseCpuset,
  pidsLimit: number.parsePidsLimit,
  capAdd: text.listOf(text.parsePath),
  capDrop: text.listOf(text.parsePath),
  ulimits: text.listOf(parseUlimit),
  network: text.oneOf(["none", "host"]),
  userns: parseUserns,
  uidMap: text.listOf(parseMapping),
  gidMap: text.listOf(parseMapping),
  noNewPrivileges: text.parseBoolean,
  seccomp: text.parsePath,
  cgroupManager: text.oneOf(["cgroupfs", "systemd"]),
  pidFile: text.parsePath,
  fds: text.listOf((value, name) => number.parseInteger(value, name, 0, 2 ** 20)),
  pivot: text.parseBoolean,
  newKeyring: text.parseBoolean,
  notify: text.parseBoolean,
  tty: text.parseBoolean,
  interactive: text.parseBoolean,
  stdin: stream,
  stdout: stream,
  stderr: stream,
  signal: readSignal,
  killAfter_ms: number.parseDuration,
  maxBuffer_bytes: parseSize,
  reject: text.parseBoolean,
} satisfies { [K in keyof Required<RunOptions>]: Reader<unknown> };

/** The options that were given, read. */
export type Options = { [K in keyof typeof readers]?: ReturnType<(typeof readers)[K]> };

export const optionNames = Object.keys(readers) as (keyof RunOptions)[];

/**
 * Reads options. A name that is none throws ERR_USAGE with the nearest one: a mistyped `capDrop` that is passed over in
 * silence leaves a container with more rights than its author thinks.
 */
export function readOptions(options: RunOptions): Options {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, readerOf(name)(value, name)]));
}

function readerOf(name: string): Reader<unknown> {
  if (Object.hasOwn(readers, name)) return readers[name as keyof typeof readers];
  const near = nearest(name, optionNames);
  throw new WrunError({
    code: "ERR_USAGE",
    message: `there is no option ${quote(name)}`,
    ...(near !== undefined && { hint: `did you mean \`${near}\`?` }),
  });
}

/** Kept as text: names are looked up in the container's own files, once its root is open. */
function readUser(value: unknown, name: string): string {
  const user = typeof value === "number" ? String(value) : text.parseText(value, name);
  parseUser(user);
  return user;
}

function readSignal(value: unknown, name: string): AbortSignal {
  if (value instanceof AbortSignal) return value;
  throw usage(name, value, "an AbortSignal");
}
