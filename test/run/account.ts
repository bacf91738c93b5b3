/**
 * Jobs for another user: a test file starts itself again as that user, from a copy that everybody can read.
 *
 *     const jobs = { job: async (input: string) => output(input) };
 *     if (await isJob(jobs)) return
 *     test("…", { needs: ["user"] }, async ({ user }) => ask(user, "job", "id"));
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { project, slowness } from "../harness.ts";
import type { Account } from "../need.ts";
import { temporary } from "./rootfs.ts";

export type Jobs = Record<string, (input: string) => Promise<unknown>>;

const job_name = process.env.WRUN_TEST_JOB;

/** Is this process one that does a job? Then it does it, and has no tests. */
export async function isJob(jobs: Jobs): Promise<boolean> {
  if (job_name === undefined) return false;
  const { WRUN_TEST_INPUT: input = "" } = process.env;
  const job = jobs[job_name];
  if (!job) throw new Error(`no job \`${job_name}\``);
  const answer = await job(input);
  process.stdout.write(`\n${answer_mark}${JSON.stringify(answer ?? null)}\n`);
  return true;
}

/** Reading a source map takes an emulated machine seconds. */
const options = slowness > 1 ? [] : ["--enable-source-maps"];

const answer_mark = "answer: ";

/** Has a job done by a user, and answers what it returned. */
export async function ask(
  { uid, gid, home }: Account,
  url: string,
  job: string,
  input = "",
): Promise<unknown> {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: home,
    WRUN_TEST_JOB: job,
    WRUN_TEST_INPUT: input,
    WRUN_TEST_SLOW: process.env.WRUN_TEST_SLOW,
    WRUN_TEST_FULL: process.env.WRUN_TEST_FULL,
    NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE,
  };
  const child = spawn(process.execPath, [...options, copy(url)], {
    uid,
    gid,
    cwd: "/",
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const status = await new Promise((done) => child.on("close", done));
  const line = stdout.split("\n").find((line) => line.startsWith(answer_mark));
  if (status !== 0 || line === undefined) {
    throw new Error(`\`${job}\` as user ${uid} ended with ${status}: ${stderr}${stdout}`);
  }
  return JSON.parse(line.slice(answer_mark.length));
}

let copied: string | undefined;

/** The file that runs now, with what it imports and what the package has, in a directory open to all. */
function copy(url: string): string {
  copied ??= copyAll(fileURLToPath(url));
  return copied;
}

function copyAll(file: string): string {
  const directory = temporary("job");
  const put = (path: string): void =>
    cpSync(path, join(directory, relative(project, path)), { recursive: true });
  const needed = ["dist/policy.wasm", "dist/policy.core.wasm", "shim/native", "package.json"];
  // In a virtual machine all but koffi is bundled.
  const packages = ["koffi", "@koromix", "uvu", "dequal", "diff", "kleur"].map(
    (n) => `node_modules/${n}`,
  );
  for (const path of [...needed, ...packages.filter((path) => existsSync(join(project, path)))]) {
    put(join(project, path));
  }
  for (const path of imports(file)) put(path);
  return join(directory, relative(project, file));
}

function imports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    imports(resolve(dirname(file), path as string), found);
  }
  return found;
}
