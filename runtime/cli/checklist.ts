/** How `wrun doctor` shows its checks. */
import type { Check } from "../doctor/check.ts";
import type { Colors } from "./color.ts";

/** A heading a topic, a line a check, the remedy below what is missing, and one line of sum at the end. */
export function checklist(checks: readonly Check[], fit: boolean, colors: Colors): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const lines: string[] = [];
  let topic = "";
  for (const [i, check] of checks.entries()) {
    if (check.topic !== topic) lines.push(colors.bold(check.topic));
    topic = check.topic;
    const mark = paint(check, colors)(label(check).padEnd(9));
    lines.push(`  ${mark}${check.name.padEnd(width)}${check.why}`);
    // One remedy for several checks in a row is told once, below the last of them.
    if (check.remedy === "" || checks[i + 1]?.remedy === check.remedy) continue;
    for (const line of check.remedy.split("\n"))
      lines.push(`           ${colors.dim(`> ${line}`)}`);
  }
  return `${[...lines, "", verdict(checks, fit)].join("\n")}\n`;
}

/** A `no` that every container needs must not look like the others. */
function label({ answer, needed }: Check): string {
  if (answer === "no" && needed) return "NEEDED";
  return answer === "unknown" ? "unknown" : answer;
}

function paint({ answer, needed }: Check, colors: Colors): (text: string) => string {
  if (answer === "yes") return colors.green;
  return answer === "no" && needed ? colors.red : colors.yellow;
}

function verdict(checks: readonly Check[], fit: boolean): string {
  const missing = checks.filter(({ answer, needed }) => answer === "no" && needed);
  if (!fit) return `containers cannot run here: ${missing.map(({ name }) => name).join(", ")}`;
  const without = checks.filter(({ answer }) => answer === "no").length;
  return `containers can run here${without > 0 ? `, without what says no above` : ""}`;
}
