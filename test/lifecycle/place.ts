/** Containers that outlive the command that made them, for tests: made, looked at, and taken away whatever happens. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "../../runtime/lifecycle/create.ts";
import { list } from "../../runtime/lifecycle/list.ts";
import { remove } from "../../runtime/lifecycle/remove.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Spec } from "../../runtime/spec/types.ts";
import { project } from "../harness.ts";
import { bundle } from "../run/bundle.ts";
import { newId, prefix, stateRoot } from "../run/launch.ts";
import { temporary } from "../run/rootfs.ts";

/** A bundle of the busybox that runs a shell script, changed. */
export function shell(script: string, change: (spec: Spec) => Spec = (spec) => spec): string {
  return bundle((spec) =>
    change({
      ...spec,
      process: {
        ...spec.process,
        cwd: "/",
        args: ["/bin/sh", "-c", script],
        env: [...(spec.process?.env ?? []), `WRUN_TEST_MARK=${prefix}`],
      },
    }),
  );
}

/** A container that was created and not started; its output goes nowhere. */
export async function created(
  script: string,
  options: RunOptions = {},
  change?: (spec: Spec) => Spec,
): Promise<{ id: string; pid: number }> {
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const { stdin, stdout, stderr, ...more } = options;
  return await create({ ...quiet, bundle: shell(script, change), name: newId(), ...more });
}

/** Removes every container of these tests, by force. */
export async function clear(): Promise<void> {
  for (const { id } of list()) await remove(id, { force: true });
}

/** Opens what this process keeps open from its first container on. */
export async function warmUp(): Promise<void> {
  await remove((await created("true")).id, { force: true });
}

export interface Ran {
  status: number | null;
  out: string;
  err: string;
}

const bin = join(project, "dist/wrun.cjs");

/** The command line, with the state directory of these tests. */
export function wrun(...argv: string[]): Ran {
  return wrunIn({}, ...argv);
}

/** Its output goes to files and not to pipes: a container that lives on would keep those open. */
export function wrunIn(
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> },
  ...argv: string[]
): Ran {
  const directory = temporary("ran");
  const [out, err] = [join(directory, "out"), join(directory, "err")];
  const files = [openSync(out, "w"), openSync(err, "w")];
  const { status, signal } = spawnSync(process.execPath, [bin, ...argv], {
    env: { PATH: process.env.PATH, WRUN_ROOT: stateRoot, ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", ...files],
  });
  for (const file of files) closeSync(file);
  const crash = signal === null ? "" : `wrun was ended by ${signal}`;
  return { status, out: readFileSync(out, "utf8"), err: readFileSync(err, "utf8") + crash };
}

export const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
