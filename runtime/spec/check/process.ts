import { quote } from "../quote.ts";
import type { CapabilitySet, Process, Rlimit, User } from "../types.ts";
import { affinity, ioPriority, scheduler } from "./attribute.ts";
import * as limit from "./limit.ts";
import type { At } from "./value.ts";
import {
  absolute,
  boolean,
  defined,
  field,
  integer,
  list,
  named,
  object,
  required,
  string,
  text,
  wrong,
} from "./value.ts";

/** config.md#process, #posix-process, #linux-process and #user. */
export function checkProcess(at: At): Process | undefined {
  if (object(at) === undefined) return undefined;
  const env = list(field(at, "env"), variable);
  return defined<Process>({
    terminal: boolean(field(at, "terminal")),
    consoleSize: consoleSize(field(at, "consoleSize")),
    user: user(field(at, "user")),
    args: required(field(at, "args"), args),
    env,
    cwd: required(field(at, "cwd"), absolute) as string,
    capabilities: capabilities(field(at, "capabilities")),
    rlimits: rlimits(field(at, "rlimits")),
    noNewPrivileges: boolean(field(at, "noNewPrivileges")),
    oomScoreAdj: integer(field(at, "oomScoreAdj"), -1000, 1000),
    scheduler: scheduler(field(at, "scheduler")),
    ioPriority: ioPriority(field(at, "ioPriority")),
    execCPUAffinity: affinity(field(at, "execCPUAffinity")),
    apparmorProfile: label(field(at, "apparmorProfile")),
    selinuxLabel: label(field(at, "selinuxLabel")),
  });
}

function args(at: At): string[] | undefined {
  const words = list(at, argument);
  if (words?.length === 0 && Array.isArray(at.value) && at.value.length === 0) {
    return wrong(at, `${named(at)} is empty: there is no program to run`);
  }
  if (words?.[0] === "") return wrong(at, `${named(at)} has an empty string for the program`);
  return words;
}

export function argument(at: At): string | undefined {
  const word = string(at);
  if (word === undefined || limit.bytesOf(word) <= limit.argument_bytes_max) return word;
  return wrong(at, `${named(at)} is longer than ${limit.argument_bytes_max} bytes`);
}

/** An entry without `=` must not mean "as on the host" (CVE-2026-57231). */
export function variable(at: At): string | undefined {
  const entry = argument(at);
  if (entry === undefined) return undefined;
  if (entry.indexOf("=") > 0) return entry;
  return wrong(at, `${named(at)} is ${quote(entry)}, not NAME=value`);
}

/** A name for the kernel. The empty string is what Go's writers leave for "none". */
export function label(at: At): string | undefined {
  const name = string(at);
  if (!name) return undefined;
  if (/[\s\p{Cc}]/u.test(name))
    return wrong(at, `${named(at)} is ${quote(name)}, a name with a space`);
  return name;
}

function consoleSize(at: At): Process["consoleSize"] {
  if (object(at) === undefined) return undefined;
  const cells = (side: At) => integer(side, 0, limit.console_max);
  const height = required(field(at, "height"), cells);
  const width = required(field(at, "width"), cells);
  return height === undefined || width === undefined ? undefined : { height, width };
}

function user(at: At): User | undefined {
  if (object(at) === undefined) return undefined;
  const groups = list(field(at, "additionalGids"), id);
  if (groups && groups.length > limit.groups_max) {
    wrong(field(at, "additionalGids"), `more than ${limit.groups_max} additional groups`);
  }
  return defined<User>({
    uid: (id(field(at, "uid")) ?? 0) as number,
    gid: (id(field(at, "gid")) ?? 0) as number,
    umask: integer(field(at, "umask"), 0, 0o777),
    additionalGids: groups,
  });
}

export const id = (at: At) => integer(at, 0, limit.id_max);

const sets: CapabilitySet[] = ["bounding", "effective", "permitted", "inheritable", "ambient"];

/** Names are not judged here: one that is unknown is a warning (config.md#linux-process), which policy gives. */
function capabilities(at: At): Process["capabilities"] {
  if (object(at) === undefined) return undefined;
  return defined<NonNullable<Process["capabilities"]>>(
    Object.fromEntries(sets.map((set) => [set, list(field(at, set), text)])),
  );
}

/** Whether they can be set is the policy engine's question. */
function rlimits(at: At): Rlimit[] | undefined {
  return list(at, (entry) => {
    if (object(entry) === undefined) return undefined;
    const type = required(field(entry, "type"), string);
    const soft = required(field(entry, "soft"), rlimit);
    const hard = required(field(entry, "hard"), rlimit);
    if (type === undefined || soft === undefined || hard === undefined) return undefined;
    return { type, soft, hard };
  });
}

const infinity = 2n ** 64n - 1n;

/** RLIM_INFINITY is the one number beyond 2^53 that real configurations hold. */
function rlimit(at: At): number | undefined {
  return at.value === infinity ? -1 : integer(at, 0, limit.integer_max);
}
