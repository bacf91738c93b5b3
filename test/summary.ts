/**
 * Adds up the lanes of `.ci/run`: `node dist/summary.js LANE...`, where `NAME=STATUS` is a lane without a report of
 * tests that ended with that status. A test that no lane ran counts as failed. The last line is `N passed, N failed`.
 */
import { type Counts, count, type Entry, read, sentence } from "./report.ts";

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const everywhere = new Map<string, Entry>();

function add(lane: string, counts: Counts): void {
  console.log(`  ${lane.padEnd(16)} ${sentence(counts)}`);
  total.passed += counts.passed;
  total.failed += counts.failed;
}

for (const argument of process.argv.slice(2)) {
  const [lane = "", status] = argument.split("=");
  if (status !== undefined) {
    const good = status === "0" ? 1 : 0;
    add(lane, { passed: good, failed: 1 - good, skipped: 0 });
    continue;
  }
  const entries = read(`dist/report/${lane}.jsonl`);
  const counts = count(entries);
  // A lane without a report has crashed.
  add(lane, entries.length > 0 ? counts : { passed: 0, failed: 1, skipped: 0 });
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
