/**
 * How many lines of the sources the tests have run: `npm run coverage`.
 *
 * Reads what Node leaves in NODE_V8_COVERAGE, one file a process, and goes from the bundles back to the sources by
 * their source maps. c8 does the same for a file of one source, and takes all of a bundle for run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { type SourceMap, segments } from "./source-map.ts";

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}

interface Script {
  url: string;
  functions: { ranges: Range[] }[];
}

/** Lines by file, counted from 0. */
type Lines = Map<string, Set<number>>;

const directory = process.argv[2] ?? "dist/coverage";
const roots = ["runtime", "shim", "wasm/bindgen"];

/** Which bytes of a script ran. Ranges nest, and the inner one knows better. */
function ran(script: Script, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const ranges = script.functions.flatMap((each) => each.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) {
    bytes.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  return bytes;
}

function addScript(lines: Lines, script: Script): void {
  const path = fileURLToPath(script.url);
  if (!existsSync(`${path}.map`)) return;
  const text = readFileSync(path, "utf8");
  const whole = Math.max(...script.functions.flatMap((f) => f.ranges.map((r) => r.endOffset)));
  // Built again since: its offsets mean another text.
  if (whole > text.length) return;
  const bytes = ran(script, text.length);
  const map: SourceMap = JSON.parse(readFileSync(`${path}.map`, "utf8"));
  const sources = map.sources.map((source) => relative(".", join(path, "..", source)));
  for (const { offset, source, line } of segments(map, text)) {
    if (bytes[offset]) addLine(lines, sources[source] ?? "", line);
  }
}

function addLine(lines: Lines, file: string, line: number): void {
  const known = lines.get(file) ?? new Set();
  lines.set(file, known.add(line));
}

/** The lines that run when all of a file does: those that are left when types and comments are gone. */
async function executable(file: string): Promise<Set<number>> {
  const source = readFileSync(file, "utf8");
  const { code, map } = await transform(source, {
    loader: "ts",
    sourcemap: true,
    target: "node20",
  });
  return new Set(segments(JSON.parse(map), code).map(({ line }) => line));
}

function sources(): string[] {
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
      // AssemblyScript: it does not run as JavaScript.
      .filter((path) => !`${root}/${path}`.startsWith("wasm/bindgen/runtime/"))
      .map((path) => `${root}/${path}`),
  );
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`.padStart(8);
}

/** None in a file that its process was killed over: some tests do that. */
function scriptsIn(path: string): Script[] {
  try {
    return JSON.parse(readFileSync(path, "utf8")).result;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

const lines: Lines = new Map();
for (const name of readdirSync(directory)) {
  const ours = scriptsIn(join(directory, name)).filter(({ url }) =>
    /^file:.*\/dist\/.*\.js$/.test(url),
  );
  for (const script of ours) addScript(lines, script);
}

const topics = new Map<string, { run: number; all: number }>();
for (const file of sources()) {
  const all = await executable(file);
  const run = [...all].filter((line) => lines.get(file)?.has(line)).length;
  const topic = file.split("/").slice(0, 2).join("/");
  for (const key of [topic.endsWith(".ts") ? `${file.split("/")[0]}/*` : topic, "all"]) {
    const sum = topics.get(key) ?? { run: 0, all: 0 };
    topics.set(key, { run: sum.run + run, all: sum.all + all.size });
  }
}
for (const [topic, sum] of [...topics].filter(([topic]) => topic !== "all").sort()) {
  console.log(`${percent(sum.run, sum.all)}  ${topic}`);
}
const total = topics.get("all") ?? { run: 0, all: 0 };
console.log(`coverage: ${percent(total.run, total.all).trim()} of ${total.all} lines`);
process.exitCode = total.run === 0 ? 1 : 0;
