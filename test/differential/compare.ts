/** Differences of two views, which of them are allowed, and the rest as a text for people. */
import type { Runtime } from "./look.ts";
import type { View } from "./probe.ts";
import type { Allowed } from "./table-allowed.ts";

export interface Difference {
  section: string;
  /** Who has this line and the other has not. */
  who: Runtime;
  line: string;
}

/** The lines that one has and the other has not, section by section; where there is none, an order that differs. */
export function differences(wrun: View, other: View, runtime: Runtime): Difference[] {
  // Of one that did not start there is only how it ended.
  const sections =
    wrun.size > 1 && other.size > 1 ? new Set([...wrun.keys(), ...other.keys()]) : ["end"];
  return [...sections].flatMap((section) => {
    const [ours, theirs] = [wrun.get(section) ?? [], other.get(section) ?? []];
    const missing = without(theirs, ours).map((line) => ({ section, who: runtime, line }));
    const extra = without(ours, theirs).map((line) => ({ section, who: "wrun" as const, line }));
    if (missing.length + extra.length > 0) return [...missing, ...extra];
    const at = ours.findIndex((line, i) => line !== theirs[i]);
    return at < 0 ? [] : [{ section, who: "wrun", line: `another order from: ${ours[at]}` }];
  });
}

/** A line that is there twice has to be taken out twice. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The differences that no entry allows, in a case against a runtime; the entries that allow one are added to `used`. */
export function refused(
  found: readonly Difference[],
  table: readonly Allowed[],
  about: { name: string; runtime: Runtime },
  used: Set<Allowed>,
): Difference[] {
  let left = [...found];
  for (const entry of table) {
    if ((entry.against ?? about.runtime) !== about.runtime) continue;
    if (!(entry.cases?.test(about.name) ?? true)) continue;
    const allowed = allowedBy(entry, left);
    if (allowed.length > 0) used.add(entry);
    left = left.filter((difference) => !allowed.includes(difference));
  }
  return left;
}

/** With two patterns a line needs its counterpart: else what one has and the other lacks would pass as well. */
function allowedBy(entry: Allowed, found: readonly Difference[]): Difference[] {
  const matched = found
    .filter(({ section }) => entry.section.test(section))
    .map((difference) => ({
      difference,
      match: patternOf(entry, difference)?.exec(difference.line),
    }))
    .filter(({ match }) => match)
    .map(({ difference, match }) => {
      const key = `${difference.section}: ${match?.[1] ?? ""}`;
      return { difference, key, ours: difference.who === "wrun" };
    });
  const keys = (ours: boolean) =>
    new Set(matched.filter((one) => one.ours === ours).map(({ key }) => key));
  const [ours, theirs] = [keys(true), keys(false)];
  const paired = entry.wrun && entry.other;
  return matched
    .filter(({ key }) => !paired || (ours.has(key) && theirs.has(key)))
    .map(({ difference }) => difference);
}

const patternOf = (entry: Allowed, { who }: Difference) =>
  who === "wrun" ? entry.wrun : entry.other;

/** For the message of a failed test: section by section, `+` what only wrun has. */
export function report(found: readonly Difference[], runtime: Runtime): string {
  const sections = new Set(found.map(({ section }) => section));
  return [...sections]
    .flatMap((section) => [
      `[${section}]  - ${runtime}  + wrun`,
      ...found
        .filter((difference) => difference.section === section)
        .map(({ who, line }) => `  ${who === "wrun" ? "+" : "-"} ${line}`),
    ])
    .join("\n");
}
