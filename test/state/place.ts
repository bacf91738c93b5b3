/** State directories of tests, and other processes that use them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WrunError } from "../../runtime/error.ts";
import { bootId, record_version, type StateRecord } from "../../runtime/state/record.ts";

/** Runs a body with a state root of its own, which is not there at first. */
export async function withRoot<T>(body: (root: string) => T | Promise<T>): Promise<T> {
  const above = mkdtempSync(join(tmpdir(), "wrun-test-state-"));
  const before = process.env.WRUN_ROOT;
  process.env.WRUN_ROOT = join(above, "wrun");
  try {
    return await body(process.env.WRUN_ROOT);
  } finally {
    if (before === undefined) delete process.env.WRUN_ROOT;
    else process.env.WRUN_ROOT = before;
    rmSync(above, { recursive: true, force: true });
  }
}

export function record(id: string, more: Partial<StateRecord> = {}): StateRecord {
  const created = new Date(0).toISOString();
  return {
    version: record_version,
    id,
    bundle: "",
    rootfs: "",
    annotations: {},
    owner: "attached",
    status: "running",
    terminal: false,
    namespaces: [],
    cgroupDriver: "cgroupfs",
    freezer: "",
    hooks: { poststart: [], poststop: [] },
    created,
    bootId: bootId(),
    process: null,
    keeper: null,
    cgroups: [],
    rdt: null,
    uids: [],
    gids: [],
    ...more,
  };
}

/** The error that a body must end with. */
export async function refusal(body: () => unknown): Promise<WrunError> {
  try {
    await body();
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

export interface Peer {
  child: ChildProcess;
  /** Its first line, when it has come so far; "" when it ended without one. */
  line: Promise<string>;
  /** Exit code or name of the signal. */
  ended: Promise<number | string>;
}

/** The test file once more, as a process that does one of its jobs (test/run/account.ts). */
export function peer(url: string, job: string, input: string): Peer {
  const child = spawn(process.execPath, ["--enable-source-maps", fileURLToPath(url)], {
    env: { ...process.env, WRUN_TEST_JOB: job, WRUN_TEST_INPUT: input },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = end(child);
  const line = Promise.race([
    once(child.stdout, "data").then(([data]) => `${data}`.trim()),
    ended.then(() => ""),
  ]);
  return { child, line, ended };
}

function end(child: ChildProcess): Promise<number | string> {
  return new Promise((done) => child.once("close", (code, signal) => done(signal ?? code ?? "")));
}

/** A process that only waits. */
export function sleeper(): { pid: number; kill(): void; ended: Promise<number | string> } {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  if (child.pid === undefined) throw new Error("no process was started");
  return { pid: child.pid, kill: () => child.kill("SIGKILL"), ended: end(child) };
}
