/** Attributes of the process that are the kernel's own: config.md#linux-process, config-linux.md#memory-policy, #personality. */

import {
  ioClasses,
  type MemoryPolicy,
  memoryFlags,
  memoryModes,
  type Scheduler,
  schedulerFlags,
  schedulerPolicies,
} from "../attribute.ts";
import { number_max, numberList } from "../number-list.ts";
import { quote } from "../quote.ts";
import type { Linux, Process } from "../types.ts";
import { integer_max } from "./limit.ts";
import {
  type At,
  defined,
  field,
  integer,
  list,
  named,
  object,
  oneOf,
  required,
  string,
  wrong,
} from "./value.ts";

const nice = { min: -20, max: 19 } as const;
const priority_max = 99;

export function scheduler(at: At): Scheduler | undefined {
  if (object(at) === undefined) return undefined;
  const policy = required(field(at, "policy"), (place) => oneOf(place, schedulerPolicies));
  if (policy === undefined) return undefined;
  const time = (name: string) => integer(field(at, name), 0, integer_max);
  return defined<Scheduler>({
    policy,
    nice: integer(field(at, "nice"), nice.min, nice.max),
    priority: integer(field(at, "priority"), 0, priority_max),
    flags: list(field(at, "flags"), (place) => oneOf(place, schedulerFlags)),
    runtime: time("runtime"),
    deadline: time("deadline"),
    period: time("period"),
  });
}

export function ioPriority(at: At): Process["ioPriority"] {
  if (object(at) === undefined) return undefined;
  const kind = required(field(at, "class"), (place) => oneOf(place, ioClasses));
  const priority = required(field(at, "priority"), (place) => integer(place, 0, 7));
  return kind === undefined || priority === undefined ? undefined : { class: kind, priority };
}

export function affinity(at: At): Process["execCPUAffinity"] {
  if (object(at) === undefined) return undefined;
  return defined<NonNullable<Process["execCPUAffinity"]>>({
    initial: numbers(field(at, "initial")),
    final: numbers(field(at, "final")),
  });
}

export function memoryPolicy(at: At): MemoryPolicy | undefined {
  if (object(at) === undefined) return undefined;
  const mode = required(field(at, "mode"), (place) => oneOf(place, memoryModes));
  if (mode === undefined) return undefined;
  return defined<MemoryPolicy>({
    mode,
    nodes: numbers(field(at, "nodes")),
    flags: list(field(at, "flags"), (place) => oneOf(place, memoryFlags)),
  });
}

export function personality(at: At): Linux["personality"] {
  if (object(at) === undefined) return undefined;
  const flags = field(at, "flags");
  if (list(flags, string)?.length)
    wrong(
      flags,
      `${named(flags)} has entries, and no flag is supported (config-linux.md#personality)`,
    );
  const domain = required(field(at, "domain"), (place) =>
    oneOf(place, ["LINUX", "LINUX32"] as const),
  );
  return domain === undefined ? undefined : { domain };
}

/** The empty string is what Go's writers leave for "none". */
function numbers(at: At): string | undefined {
  const text = string(at);
  if (text === undefined || text === "") return undefined;
  if (numberList(text) !== undefined) return text;
  return wrong(
    at,
    `${named(at)} is ${quote(text)}, not a list such as \`0-3,7\` up to ${number_max}`,
  );
}
