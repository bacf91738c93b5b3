/** Who launches: the floor in C, wrun's library in a warm process, wrun's command line, crun and runc. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { plan } from "../../runtime/plan.ts";
import { runContainer } from "../../runtime/run/run.ts";
import { packageRoot } from "../../shim/package-root.ts";
import { floorSource } from "./floor.ts";

export interface Contender {
  name: string;
  /** Launches once and answers with the milliseconds it took, to the end of the container and its removal. */
  once: () => Promise<number> | number;
}

export function contenders(bundle: string): Contender[] {
  return [
    floor(bundle),
    library(bundle),
    commandLine(bundle),
    ...["crun", "runc"].flatMap((name) => other(name, bundle)),
    node(),
  ].filter((contender) => contender !== undefined);
}

function floor(bundle: string): Contender | undefined {
  if (!hasProgram("gcc")) return undefined;
  const { program, decisions, facts } = plan({ bundle, name: "bench-floor" });
  const cgroups = decisions.cgroups.places.map((place) => {
    const mount = facts.cgroup.hierarchies[place.hierarchy]?.mount ?? "";
    const inherited = place.inheritCpuset
      ? ["../cpuset.cpus", "../cpuset.mems", "cpuset.cpus", "cpuset.mems"].map((file) => ({
          file,
          value: readFileSync(join(mount, basename(file)), "utf8").trim(),
        }))
      : [];
    const writes = decisions.cgroups.writes.filter((w) => w.hierarchy === place.hierarchy);
    return { path: join(mount, place.path), writes: [...inherited, ...writes] };
  });
  const source = join(bundle, "floor.c");
  const binary = join(bundle, "floor");
  writeFileSync(source, floorSource(program, facts.arch, cgroups));
  execFileSync("gcc", ["-O2", "-w", "-o", binary, source]);
  return {
    name: "bare C loop of the same system calls",
    once: () => Number(execFileSync(binary, ["1"], { encoding: "utf8" })),
  };
}

function library(bundle: string): Contender {
  return {
    name: "wrun, library in a warm process",
    once: async () => {
      const start = performance.now();
      const { exitCode } = await runContainer({ bundle, stdout: "ignore", stderr: "inherit" });
      if (exitCode !== 0) throw new Error(`wrun ended with ${exitCode}`);
      return performance.now() - start;
    },
  };
}

function commandLine(bundle: string): Contender {
  const wrun = join(packageRoot(), "dist", "wrun.cjs");
  return {
    name: "wrun run",
    once: () => timed(process.execPath, [wrun, "run", "--bundle", bundle]),
  };
}

function other(name: string, bundle: string): Contender[] {
  if (!hasProgram(name)) return [];
  let count = 0;
  const id = () => `bench-${process.pid}-${count++}`;
  return [{ name: `${name} run`, once: () => timed(name, ["run", "-b", bundle, id()]) }];
}

/** What Node itself takes to start and end: a part of `wrun run` that no code of wrun can save. */
function node(): Contender {
  return { name: "node -e 0", once: () => timed(process.execPath, ["-e", "0"]) };
}

function timed(program: string, args: string[]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

/** Is it in PATH? */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? "").split(":").some((dir) => existsSync(join(dir, name)));
}
