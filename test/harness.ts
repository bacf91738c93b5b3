/**
 * uvu with needs, time limits and a report.
 *
 *     const test = topic("cgroups");
 *     test("writes memory.max", { needs: ["root", "cgroup-v2"] }, async () => { ... });
 *     test.run();
 */
import { resolve } from "node:path";
import { suite } from "uvu";
import {
  type Account,
  isTool,
  missing,
  type Need,
  ordinaryUser,
  subordinateUser,
  wasmtimePython,
} from "./need.ts";
import { append, type Outcome } from "./report.ts";

export interface Options {
  needs?: readonly Need[];
  /** Longer than the usual 30 s for one that has to wait; WRUN_TEST_SLOW multiplies it. */
  timeout_ms?: number;
  /** Does it belong in the virtual machines as well? A topic can say so for all of its tests. */
  vm?: boolean;
}

/** What holds for all tests of a topic. */
export interface Whole {
  vm?: boolean;
  /** Measures time, or what is on the whole host: test/run.ts runs the file when no other runs. */
  alone?: boolean;
}

/** What a test may ask of the machine. A getter throws when the test has not named the need. */
export interface Given {
  /** needs: ["user"] */
  readonly user: Account;
  /** needs: ["subids"] */
  readonly subidUser: Account;
  /** needs: ["wasmtime"] */
  readonly python: string;
}

export type Body = (given: Given) => void | Promise<void>;

export interface Topic {
  (name: string, body: Body): void;
  (name: string, options: Options, body: Body): void;
  /** Must be called once, at the end of the file. */
  run(): void;
}

const env = process.env;
const slow = Number(env.WRUN_TEST_SLOW ?? 1);
const inside = env.WRUN_TEST_VM === "1";

/** The directory of the project: package.json, dist/ and the sources are in it. */
export const project = resolve(env.WRUN_TEST_PROJECT ?? process.cwd());

/** How many times slower than a plain machine this one is: multiply every time limit of a test by it. */
export const slowness = slow;

const given: Given = {
  get user() {
    return present(ordinaryUser(), "user");
  },
  get subidUser() {
    return present(subordinateUser(), "subids");
  },
  get python() {
    return present(wasmtimePython() || null, "wasmtime");
  },
};

function present<Value>(value: Value | null, need: Need): Value {
  if (value === null) throw new Error(`the test uses \`${need}\` without naming it in needs`);
  return value;
}

/**
 * A group of tests with one name, the file's subject. With `{ vm: true }` they run in the virtual machines as well,
 * where every process of Node costs half a second: so only what another kernel can change.
 */
export function topic(name: string, all: Whole = {}): Topic {
  const tests = suite(name);
  const add = (title: string, ...rest: [Body] | [Options, Body]) => {
    const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (inside && !(options.vm ?? all.vm)) return;
    tests(title, () => perform(name, title, options, body));
  };
  return Object.assign(add, { run: tests.run });
}

async function perform(topic: string, name: string, options: Options, body: Body): Promise<void> {
  const start = performance.now();
  const note = (outcome: Outcome, why: string) => {
    if (!env.WRUN_TEST_REPORT) return;
    const duration_ms = Math.round(performance.now() - start);
    append(env.WRUN_TEST_REPORT, { topic, name, outcome, duration_ms, why });
  };
  const lacks = missing(options.needs ?? []);
  // A tool that CI should have installed is a hole in the tests, which nobody sees among the skipped.
  if (lacks.length > 0 && !(env.CI === "true" && !inside && lacks.some(isTool))) {
    note("skipped", `needs ${lacks.join(", ")}`);
    process.stdout.write(`skipped: ${topic}: ${name}: needs ${lacks.join(", ")}\n`);
    return;
  }
  try {
    if (lacks.length > 0) throw new Error(`in CI, and yet without ${lacks.join(", ")}`);
    await limited(body, (options.timeout_ms ?? 30_000) * slow);
    note("passed", "");
  } catch (error) {
    note("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function limited(body: Body, timeout_ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${timeout_ms} ms`)), timeout_ms);
  });
  try {
    await Promise.race([body(given), late]);
  } finally {
    clearTimeout(timer);
  }
}
