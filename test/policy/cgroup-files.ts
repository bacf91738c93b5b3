/** Cgroups of the test's own, and whether their files read what was written to them. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { cgroupsFacts } from "../../runtime/policy/facts.ts";
import { policy } from "../../runtime/policy/policy.ts";
import { probe } from "../../shim/facts/probe.ts";
import type { CgroupsFacts, CgroupsValue, CgroupsWrite } from "../../wasm/generated/host.js";

/** This host as the engine sees it, made once. */
export const host: CgroupsFacts = cgroupsFacts(probe());

/** A cgroup of this process in each hierarchy, gone after `act`. */
export function inCgroups<Result>(act: (paths: string[]) => Result): Result {
  const paths = host.hierarchies.map(({ mount }) => `${mount}/wrun-test-files-${process.pid}`);
  try {
    for (const path of paths) if (!existsSync(path)) mkdirSync(path);
    for (const path of paths.filter((path) => existsSync(`${path}/cpuset.cpus`))) fill(path);
    return act(paths);
  } finally {
    // A controller that two mounts show is one cgroup.
    for (const path of paths) if (existsSync(path)) rmdirSync(path);
  }
}

/** v1: both are empty in a new cgroup. */
function fill(path: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (!existsSync(`${path}/cgroup.controllers`))
      writeFileSync(`${path}/${file}`, readFileSync(`${path}/../${file}`));
  }
}

/** One write(2); the errno, "" when it went well. */
export function put(paths: string[], { hierarchy, file, value }: CgroupsWrite): string {
  try {
    writeFileSync(`${paths[hierarchy]}/${file}`, value, { flag: "r+" });
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "?";
  }
}

/** What is wrong after a write, "" when the file reads what was written. */
export function lost(paths: string[], write: CgroupsWrite): string {
  const text = readFileSync(`${paths[write.hierarchy]}/${write.file}`, "utf8").trim();
  return shows(write.file, text, write.value) ? "" : `${write.file}: ${write.value} -> ${text}`;
}

/** PAGE_COUNTER_MAX in bytes, and what is written for it. */
const endless = /^(max|-1|9223372036854\d{6})$/;

function shows(file: string, text: string, value: string): boolean {
  if (text === value || (endless.test(text) && endless.test(value))) return true;
  if (file === "memory.oom_control") return text.includes(`oom_kill_disable ${value}`);
  if (/weight$/.test(file) && text.split("\n").includes(`default ${value}`)) return true;
  if (/^(memory|hugetlb)\./.test(file)) return isRounded(file, BigInt(text), BigInt(value));
  // A line for each device or interface; the keys that were not written read `max`.
  const [name, ...words] = value.split(" ");
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  if (/[ =](max|0|4294967295)$/.test(value)) return line === undefined || has(line, [none(words)]);
  return line !== undefined && has(line, words);
}

/** 32 bits of operations are the kernel's "no limit" as well (UINT_MAX). */
function none([word = ""]: string[]): string {
  return word.replace(/4294967295$/, "max");
}

function has(line: string, words: string[]): boolean {
  return words.every((word) => line.split(" ").includes(word));
}

/** Whole pages, rounded down, of 4 KiB or of what the file's name says. */
function isRounded(file: string, shown: bigint, written: bigint): boolean {
  const [, count = "4", unit = "K"] = /^hugetlb\.(\d+)([KMG])B\./.exec(file) ?? [];
  const page = BigInt(count) << { K: 10n, M: 20n, G: 30n }[unit as "K" | "M" | "G"];
  const most = 2n ** 63n - 1n;
  const bounded = written > most ? most : written;
  return shown === bounded - (bounded % page);
}

/** What `update` wants to know of these cgroups. */
export function current(paths: string[]): CgroupsValue[] {
  return policy()
    .cgroups.reads(host)
    .flatMap(({ hierarchy, name }) => {
      const path = `${paths[hierarchy]}/${name}`;
      if (!existsSync(path)) return [];
      return [{ hierarchy, file: name, text: readFileSync(path, "utf8").trim() }];
    });
}

/** The text of all limits, to see whether it is again what it was. */
export function snapshot(paths: string[]): Record<string, string> {
  const limits = /^(memory|cpu|cpuset|pids|io|blkio|hugetlb|net)/;
  const counters =
    /stat|usage|current|events|peak|pressure|failcnt|reclaim|io_serv|empty|event_control|slab|level|reset|effective|numa|prioidx/;
  return Object.fromEntries(
    paths.flatMap((path) =>
      readdirSync(path)
        .filter((name) => limits.test(name) && !counters.test(name))
        .flatMap((name) => {
          try {
            return [[`${path}/${name}`, readFileSync(`${path}/${name}`, "utf8").trim()]];
          } catch {
            return [];
          }
        }),
    ),
  );
}

/** MAJ:MIN of a disk that is there, undefined without any. */
export function disk(): { major: bigint; minor: bigint } | undefined {
  const name = readdirSync("/sys/block").find((each) => /^(vd|sd|nvme|zram)/.test(each));
  const numbers = name && readFileSync(`/sys/block/${name}/dev`, "utf8").trim().split(":");
  return numbers ? { major: BigInt(numbers[0] ?? 0), minor: BigInt(numbers[1] ?? 0) } : undefined;
}
