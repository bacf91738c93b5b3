// process.rlimits; config.md#posix-process, `man 2 setrlimit`.

import {
  Problem,
  ProblemCode,
  RlimitsFacts as Facts,
  RlimitsRlimit as Rlimit,
  RlimitsSetting as Setting,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { because, quote, report } from "./report";

/** In order of their numbers. */
const NAMES: string[] = [
  "RLIMIT_CPU",
  "RLIMIT_FSIZE",
  "RLIMIT_DATA",
  "RLIMIT_STACK",
  "RLIMIT_CORE",
  "RLIMIT_RSS",
  "RLIMIT_NPROC",
  "RLIMIT_NOFILE",
  "RLIMIT_MEMLOCK",
  "RLIMIT_AS",
  "RLIMIT_LOCKS",
  "RLIMIT_SIGPENDING",
  "RLIMIT_MSGQUEUE",
  "RLIMIT_NICE",
  "RLIMIT_RTPRIO",
  "RLIMIT_RTTIME",
];

const INFINITY: u64 = u64.MAX_VALUE;

function text(limit: u64): string {
  return limit == INFINITY ? "unlimited" : limit.toString();
}

/** wrun's own hard limit, no limit where it is not among the facts. */
function ownHard(name: string, own: Rlimit[]): u64 {
  for (let i: i32 = 0; i < own.length; i++) if (own[i].name == name) return own[i].hard;
  return INFINITY;
}

function pointerOf(index: i32): string {
  return `/process/rlimits/${index}`;
}

function settingOf(limit: Rlimit, index: i32, host: Facts, problems: Problem[]): Setting {
  const name = limit.name;
  const pointer = pointerOf(index);
  const number = NAMES.indexOf(name);
  const hard = ownHard(name, host.limits);
  const raise = limit.hard > hard;
  if (number < 0)
    report(
      problems,
      ProblemCode.Invalid,
      pointer + "/type",
      `${quote(name)} is no limit that Linux knows`,
      "`man 2 setrlimit` lists them",
    );
  if (limit.soft > limit.hard)
    report(
      problems,
      ProblemCode.Invalid,
      pointer + "/soft",
      `the soft limit of ${quote(name)} is above the hard one`,
    );
  if (raise && !host.privileged)
    report(
      problems,
      ProblemCode.Unsupported,
      pointer + "/hard",
      `the hard limit \`${text(limit.hard)}\` of ${quote(name)} is above wrun's own, which is \`${text(hard)}\``,
      "ask for no more, or give wrun CAP_SYS_RESOURCE in the initial user namespace",
    );
  const rule = raise
    ? `raised from ${text(hard)} with CAP_SYS_RESOURCE`
    : `at most wrun's own, ${text(hard)}`;
  return new Setting(
    name,
    max<i32>(number, 0),
    limit.soft,
    limit.hard,
    raise,
    because(rule, pointer),
  );
}

export function decide(limits: Rlimit[], host: Facts): Result<Setting[], Problem[]> {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  const seen = new Set<string>();
  for (let i: i32 = 0; i < limits.length; i++) {
    if (seen.has(limits[i].name))
      report(
        problems,
        ProblemCode.Conflict,
        pointerOf(i),
        `${quote(limits[i].name)} is limited twice`,
      );
    seen.add(limits[i].name);
    settings.push(settingOf(limits[i], i, host, problems));
  }
  return problems.length
    ? Result.err<Setting[], Problem[]>(problems)
    : Result.ok<Setting[], Problem[]>(settings);
}
