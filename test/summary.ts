/**
 * Adds up the lanes of `.ci/run`: `node dist/summary.js NAME=STATUS...`. A lane counts as the tests in its report,
 * dist/report/NAME.jsonl, and without one as a test of its own. A test that no lane has run counts as failed. What failed
 * is said once more, as an hour of output may be kept in part only, and so is what failed in the first of two runs. The
 * last line is `N passed, N failed`.
 */
import { type Counts, count, type Entry, failed, read, sentence } from "./report.ts";

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const everywhere = new Map<string, Entry>();

function add(lane: string, counts: Counts): void {
  console.log(`  ${lane.padEnd(16)} ${sentence(counts)}`);
  total.passed += counts.passed;
  total.failed += counts.failed;
}

const firstLine = (text: string) => text.split("\n", 1)[0]?.slice(0, 200);

for (const argument of process.argv.slice(2)) {
  const [lane = "", status] = argument.split("=");
  const entries = read(`dist/report/${lane}.jsonl`);
  const counts = count(entries);
  // A lane may fail beside its tests: in what comes before them, or after.
  if (status !== "0" && counts.failed === 0) counts.failed = 1;
  if (entries.length === 0) counts.passed = 1 - counts.failed;
  add(lane, counts);
  for (const { topic, name, why } of failed(entries))
    console.log(`    ✘ ${topic}: ${name}: ${firstLine(why)}`);
  for (const { topic, name, unsteady } of entries)
    if (unsteady !== undefined)
      console.log(`    ~ unsteady, ${topic}: ${name}: at first: ${firstLine(unsteady)}`);
  for (const entry of entries) {
    const key = `${entry.topic}: ${entry.name}`;
    const known = everywhere.get(key);
    if (!known || known.outcome === "skipped") everywhere.set(key, entry);
  }
}

const never = [...everywhere].filter(([, entry]) => entry.outcome === "skipped");
for (const [key, entry] of never) console.log(`  in no lane: ${key} (${entry.why})`);
total.failed += never.length;
console.log(sentence(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
