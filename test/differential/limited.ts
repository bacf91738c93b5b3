/** A container of crun's or runc's with these limits, and what the files of its cgroups read. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Resources } from "../../runtime/spec/types.ts";
import { host, snapshot } from "../policy/cgroup-files.ts";
import { prefix } from "../run/launch.ts";
import { rootfs, temporary } from "../run/rootfs.ts";

export type Other = "crun" | "runc";

/** A container that sleeps. */
export function config(resources: Resources, cgroupsPath: string) {
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ["/bin/sleep", "1000"],
      env: ["PATH=/bin"],
      cwd: "/",
    },
    root: { path: rootfs(), readonly: true },
    mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
    linux: {
      cgroupsPath,
      resources,
      namespaces: [{ type: "pid" }, { type: "mount" }, { type: "network" }],
    },
  };
}

/** The cgroup in each hierarchy, as far as it was made. */
function cgroups(path: string): string[] {
  return host.hierarchies.map(({ mount }) => `${mount}${path}`).filter(existsSync);
}

/** What the files read, by the name of the file. */
export function files(path: string): Record<string, string> {
  const entries = Object.entries(snapshot(cgroups(path)));
  return Object.fromEntries(entries.map(([name, text]) => [name.split("/").at(-1), text]));
}

function removeCgroup(path: string): void {
  for (let tries = 0; existsSync(path); tries++) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (tries > 4000) throw error; // an emulated machine takes its time
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

let made = 0;

/** The files, or what it said when it failed. Nothing of it is left then. */
export function underOther(runtime: Other, resources: Resources): Record<string, string> | string {
  const bundle = temporary(runtime);
  const id = `${prefix}other${made++}`;
  const path = `/${id}`;
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config(resources, path)));
  const command = (...args: string[]) => ["--root", `${bundle}/state`, ...args];
  const output = openSync(`${bundle}/output`, "w");
  try {
    // What it prints goes to a file: a pipe would stay open as long as the container runs.
    const { status } = spawnSync(runtime, command("run", "--detach", "--bundle", bundle, id), {
      stdio: ["ignore", output, output],
    });
    return status === 0 ? files(path) : readFileSync(`${bundle}/output`, "utf8");
  } finally {
    closeSync(output);
    spawnSync(runtime, command("delete", "--force", id));
    // crun leaves one where it was still busy.
    for (const left of cgroups(path)) removeCgroup(left);
  }
}
