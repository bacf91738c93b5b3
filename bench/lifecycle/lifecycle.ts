/** create, start and delete from the command line, as podman and containerd call them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../shim/package-root.ts";
import { makeBundle } from "../launch/bundle.ts";
import { hasProgram } from "../launch/contender.ts";
import { type Figures, figuresOf } from "../launch/launch.ts";

const commands = ["create", "start", "delete"] as const;

/** Each command of each runtime, in turn, and the three together against runc's. */
export async function lifecycleCase(runs: number): Promise<Figures[]> {
  const bundle = makeBundle();
  const root = mkdtempSync(join(tmpdir(), "wrun-bench-root-"));
  const wrun = [process.execPath, join(packageRoot(), "dist", "wrun.cjs")];
  const others = ["crun", "runc"]
    .filter(hasProgram)
    .map((name): [string, string[]] => [name, [name]]);
  const runtimes: [string, string[]][] = [["wrun", wrun], ...others];
  const times = new Map<string, number[]>();
  let warm = false;
  const note = (name: string, ms: number): void => {
    if (warm) times.set(name, [...(times.get(name) ?? []), ms]);
  };
  try {
    for (let run = -warm_up; run < runs; run++) {
      warm = run >= 0;
      for (const [name, words] of runtimes) {
        const id = `bench-${process.pid}-${run}`;
        const all = commands.map((command) => {
          const ms = timed([
            ...words,
            "--root",
            join(root, name),
            ...argumentsOf(command, bundle, id),
          ]);
          note(`${name} ${command}`, ms);
          return ms;
        });
        note(
          `${name}, all three`,
          all.reduce((sum, ms) => sum + ms, 0),
        );
      }
      const starts = commands.map(() => timed([process.execPath, "-e", "0"]));
      note("node -e 0", starts[0] ?? 0);
      note(
        "node -e 0, three times",
        starts.reduce((sum, ms) => sum + ms, 0),
      );
    }
  } finally {
    rmSync(bundle, { recursive: true });
    rmSync(root, { recursive: true, force: true });
  }
  return figuresOf(times, "runc, all three");
}

const warm_up = 3;

function argumentsOf(command: (typeof commands)[number], bundle: string, id: string): string[] {
  if (command === "create") return ["create", "--bundle", bundle, id];
  return command === "start" ? ["start", id] : ["delete", "--force", id];
}

function timed([program = "", ...args]: string[]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}`);
  return ms;
}
