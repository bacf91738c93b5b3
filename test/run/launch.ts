/** Containers for tests: ids and state of this process alone, a busybox to run in, the error as a value. */
import { existsSync } from "node:fs";
import { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { RunResult } from "../../runtime/run/result.ts";
import { type Internals, runContainer } from "../../runtime/run/run.ts";
import { slowness } from "../harness.ts";
import { rootfs, temporary } from "./rootfs.ts";

/** Other tests run beside these, and must not be seen as theirs. */
export const prefix = `t${process.pid}x`;

let count = 0;

export function newId(): string {
  return `${prefix}${count++}`;
}

/** Where this process keeps the state of its containers; made by the first one. */
export const stateRoot = process.env.WRUN_ROOT ?? `${temporary("state")}/wrun`;
process.env.WRUN_ROOT = stateRoot;

/** What each container of these tests has in its environment: how its processes are known. */
export const mark = `WRUN_TEST_MARK=${prefix}`;

export type Kind = "rootfs" | "host-overlay";

/** Runs a shell script, by default in the busybox. */
export function launch(
  script: string,
  options: RunOptions & { on?: Kind } = {},
  internals: Internals = {},
): Promise<RunResult> {
  const { on = "rootfs", ...more } = options;
  return runContainer(
    {
      name: newId(),
      ...(on === "rootfs" && more.bundle === undefined ? { rootfs: rootfs() } : {}),
      args: ["/bin/sh", "-c", script],
      ...more,
      env: { WRUN_TEST_MARK: prefix, ...more.env },
    },
    internals,
  );
}

/** What a script prints, where it succeeds. */
export async function output(
  script: string,
  options: RunOptions & { on?: Kind } = {},
  internals: Internals = {},
): Promise<string> {
  const { exitCode, stdout = "", stderr } = await launch(script, options, internals);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

/** The error of a launch that must fail. */
export async function refusal(launched: Promise<unknown>): Promise<WrunError> {
  try {
    await launched;
  } catch (error) {
    if (error instanceof WrunError) return error;
    throw error;
  }
  throw new Error("the launch succeeded");
}

export interface Background {
  id: string;
  pid: number;
  /** Ends it by force, and resolves when it is gone. */
  stop(): Promise<RunResult>;
}

/** A container that runs on beside the test, from the moment that its script has made /tmp/ready. */
export async function background(
  script: string,
  options: RunOptions & { on?: Kind } = {},
): Promise<Background> {
  const control = new AbortController();
  let result: Promise<RunResult> | undefined;
  const { id, pid } = await new Promise<{ id: string; pid: number }>((resolve, reject) => {
    const signal = control.signal;
    const started = (id: string, pid: number): void => resolve({ id, pid });
    const hold = `${script}\ntouch /tmp/ready; while :; do sleep 1000; done`;
    result = launch(hold, { ...options, signal, killAfter_ms: 0 }, { started });
    result.catch(reject);
  });
  const stop = (): Promise<RunResult> => {
    control.abort();
    return result as Promise<RunResult>;
  };
  try {
    await until(() => existsSync(`/proc/${pid}/root/tmp/ready`));
  } catch (error) {
    await stop();
    throw error;
  }
  return { id, pid, stop };
}

/** Waits until something holds, for thirty seconds at most. */
export async function until(holds: () => boolean, what = "it", limit_ms = 30_000): Promise<void> {
  const end_ms = performance.now() + limit_ms * slowness;
  while (!holds()) {
    if (performance.now() > end_ms) throw new Error(`${what} did not come about in ${limit_ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
