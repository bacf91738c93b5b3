/** `npm run bench -- [launch|lifecycle|policy] [--runs N] [--json FILE]`: figures with their machine, as a table and as JSON. */
import { readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { parseArgs } from "node:util";
import { type Figures, launchCase } from "./launch/launch.ts";
import { lifecycleCase } from "./lifecycle/lifecycle.ts";
import { policyCase } from "./policy/policy.ts";

const cases: Record<string, (runs: number) => Promise<Figures[]>> = {
  launch: launchCase,
  lifecycle: lifecycleCase,
  policy: policyCase,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "50" }, json: { type: "string" } },
});

const results: Record<string, Figures[]> = {};
for (const name of positionals.length > 0 ? positionals : Object.keys(cases)) {
  const measure = cases[name];
  if (!measure) throw new Error(`there is no case ${name}; there are ${Object.keys(cases)}`);
  const figures = await measure(Number(values.runs));
  results[name] = figures;
  process.stdout.write(`\n${name}, ${figures[0]?.runs} runs each, in turn\n${table(figures)}`);
}
const machine = {
  kernel: release(),
  node: process.version,
  cpu: /model name\s*: (.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? process.arch,
};
process.stdout.write(`\nLinux ${machine.kernel}, Node ${machine.node}, ${machine.cpu}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);

function table(figures: readonly Figures[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const row = (name: string, ...cells: string[]) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join("")}\n`;
  const number = (value: number) => value.toFixed(value < 1 ? 4 : 2);
  return (
    row("", "p50 ms", "p90 ms", "min ms", "ratio") +
    figures
      .map((f) =>
        row(f.name, number(f.p50_ms), number(f.p90_ms), number(f.min_ms), number(f.ratio)),
      )
      .join("")
  );
}
