/** What a run of tests leaves behind: a line of JSON for each test, in a file for each lane. */
import { appendFileSync, readFileSync } from "node:fs";

export type Outcome = "passed" | "failed" | "skipped";

export interface Entry {
  topic: string;
  name: string;
  outcome: Outcome;
  duration_ms: number;
  /** Why it was skipped or failed, "" when it passed. */
  why: string;
  /** Why it failed in the first of two runs. */
  unsteady?: string;
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function append(path: string, entry: Entry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

/** The entries of a report. A last line cut short by a crash is left out; a file that is not there is empty. */
export function read(path: string): Entry[] {
  let lines: string[];
  try {
    lines = readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
}

export function count(entries: readonly Entry[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const entry of entries) counts[entry.outcome]++;
  return counts;
}

export function failed(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ outcome }) => outcome === "failed");
}

/** A file's entries where it ran twice: those of the second run, with what failed in the first. */
export function secondRun(first: readonly Entry[], second: readonly Entry[]): Entry[] {
  const isSame = (a: Entry, b: Entry) => a.topic === b.topic && a.name === b.name;
  const told = failed(first).map((entry): Entry => {
    const now = second.find((other) => isSame(entry, other));
    // Not there a second time: that the file did not run to its end.
    return { ...entry, outcome: "passed", why: "", ...now, unsteady: entry.why };
  });
  return [...told, ...second.filter((entry) => !told.some((other) => isSame(entry, other)))];
}

/** `N passed, N failed`, and what was skipped if anything was. */
export function sentence({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}
