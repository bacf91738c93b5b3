/**
 * Runs the tests: `npm test`, or `npm test -- PATTERN...` for the files whose path has one of the patterns in it.
 * Every file is a process of its own, two at a time. The last line is `N passed, N failed`.
 *
 * With `--again N`, at most N files that have failed run once more, when the machine has nothing else to do. A race that
 * shows in one run of twenty tells a gate of four thousand tests nothing about the change it judges: such a test counts
 * by its second run, and is named as unsteady with what it said at first. A bug fails twice.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compile, compiled } from "./compile.ts";
import { append, count, type Entry, failed, read, secondRun, sentence } from "./report.ts";

const { values, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    /** Names the report: dist/report/LANE.jsonl. */
    lane: { type: "string", default: "host" },
    /** Runs what is in dist/test as it is: in a virtual machine esbuild is not there. */
    compiled: { type: "boolean", default: false },
    again: { type: "string", default: process.env.WRUN_TEST_AGAIN ?? "0" },
    jobs: { type: "string", default: String(Math.min(2, cpus().length)) },
  },
});

const slow = Number(process.env.WRUN_TEST_SLOW ?? 1);
/**
 * QEMU without KVM: V8 compiles on one thread there, and each job stays on a processor of its own. Else code that one
 * patches another is running, and an emulated processor now and then runs half of each: the engine met a trap in every third
 * run of two heavy files, each time in another place, and never on a real processor.
 */
const isEmulated = process.env.WRUN_TEST_VM === "1";
const file_timeout_ms = 600_000 * slow;
const reports = resolve("dist/report");
const outdir = "dist/test";
const report = join(reports, `${values.lane}.jsonl`);

interface Ended {
  output: string;
  status: string;
}

/** Runs one file. Its output is kept and printed in one piece, so that two files do not mix. */
function runFile(file: string, job: number, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((done, fail) => {
    const node = [
      process.execPath,
      isEmulated ? "--single-threaded" : "--enable-source-maps",
      file,
    ];
    const [program = "", ...words] = isEmulated ? ["taskset", "-c", `${job}`, ...node] : node;
    const child = spawn(program, words, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: file_timeout_ms,
      killSignal: "SIGKILL",
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", fail);
    child.on("close", (code, signal) => done({ output, status: signal ?? String(code) }));
  });
}

async function test(name: string, job = 0): Promise<Entry[]> {
  const part = join(reports, `${values.lane}-${process.pid}-${name.replaceAll("/", "-")}`);
  rmSync(part, { force: true });
  const env = { ...process.env, WRUN_TEST_REPORT: part, WRUN_TEST_PROJECT: process.cwd() };
  const { output, status } = await runFile(join(outdir, `${name}.test.js`), job, env);
  const entries = read(part);
  rmSync(part, { force: true });
  if (status !== "0" && failed(entries).length === 0) {
    const why = `ended with ${status} before its tests did`;
    entries.push({ topic: name, name: "runs to its end", outcome: "failed", duration_ms: 0, why });
  }
  const bad = failed(entries).length > 0;
  const [passed, skipped] = [count(entries).passed, entries.filter((e) => e.outcome === "skipped")];
  console.log(`${bad ? "✘" : "•"} ${name}: ${sentence(count(entries))}`);
  if (bad) console.log(output.trimEnd(), `\n(${name}: status ${status}, ${passed} passed)`);
  else for (const entry of skipped) console.log(`  skipped: ${entry.name}: ${entry.why}`);
  return entries;
}

/** A file with a topic that is `alone: true`. The words stand in the compiled file as they do in the source. */
function isAlone(name: string): boolean {
  return /\btopic\([^)]*\balone: true/.test(readFileSync(join(outdir, `${name}.test.js`), "utf8"));
}

async function all(names: string[], jobs: number): Promise<Map<string, Entry[]>> {
  const queue = [...names];
  const runs = new Map<string, Entry[]>();
  const worker = async (job: number) => {
    for (let name = queue.shift(); name; name = queue.shift())
      runs.set(name, await test(name, job));
  };
  await Promise.all(Array.from({ length: jobs }, (_, job) => worker(job)));
  return runs;
}

/** Runs what has failed once more, unless it is so much that something is broken. */
async function again(runs: Map<string, Entry[]>): Promise<void> {
  const bad = [...runs].filter(([, entries]) => failed(entries).length > 0);
  if (bad.length > Number(values.again)) return;
  for (const [name, first] of bad) {
    console.log(`again: ${name}`);
    runs.set(name, secondRun(first, await test(name)));
  }
}

const wanted = (name: string) => !patterns.length || patterns.some((part) => name.includes(part));

mkdirSync(reports, { recursive: true });
rmSync(report, { force: true });
const names = values.compiled ? compiled(outdir).filter(wanted) : await compile({ wanted, outdir });
const together = names.filter((name) => !isAlone(name));
const runs = new Map([
  ...(await all(together, Number(values.jobs))),
  ...(await all(names.filter(isAlone), 1)),
]);
await again(runs);
const entries = [...runs.values()].flat();
for (const entry of entries) append(report, entry);
const counts = count(entries);
if (!counts.passed && !counts.failed) console.log("no test ran");
process.exitCode = counts.failed || !counts.passed ? 1 : 0;
console.log(sentence(counts));
