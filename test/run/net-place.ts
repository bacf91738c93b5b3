/** Containers with network devices, started in a network namespace that ends with the test. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Linux } from "../../runtime/spec/types.ts";
import { project } from "../harness.ts";
import { bundle } from "./bundle.ts";

export type Devices = NonNullable<Linux["netDevices"]>;

export function withDevices(
  netDevices: Devices,
  script = "true",
  options: RunOptions = {},
): string {
  return bundle(
    (spec) => ({
      ...spec,
      process: { cwd: "/", ...spec.process, args: ["sh", "-c", script] },
      linux: { ...spec.linux, netDevices },
    }),
    options,
  );
}

/** The commands, and then `wrun run`, in a network namespace that ends with them. */
export function inside(commands: string, path: string): { status: number | null; text: string } {
  const wrun = `"${process.execPath}" "${join(project, "dist/wrun.cjs")}" run -b "${path}"`;
  const script = `set -e; ip() { busybox ip "$@"; }; ${commands}; ${wrun}; ip -o link`;
  const ran = spawnSync("unshare", ["--net", "sh", "-c", script], { encoding: "utf8" });
  return { status: ran.status, text: ran.stdout + ran.stderr };
}

/** busybox names the other end itself. */
export const pair = "ip link add left type veth";
