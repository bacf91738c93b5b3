/** Every test file becomes one of dist/test, in one call of esbuild, with the packages left outside. */
import { readdirSync } from "node:fs";

const source = ".test.ts";
const target = ".test.js";

function names(directory: string, suffix: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(suffix))
    .map((path) => path.slice(0, -suffix.length))
    .sort();
}

export interface Wish {
  /** Which of the tests; a name is a path such as `shim/fd`. */
  wanted: (name: string) => boolean;
  outdir: string;
  /** Packages to leave outside. All of them when this is not given. */
  external?: string[];
}

/** Compiles the tests that are wanted, and gives their names. */
export async function compile({ wanted, outdir, external }: Wish): Promise<string[]> {
  const { build } = await import("esbuild");
  const chosen = names("test", source).filter(wanted);
  // What an earlier call left is not removed: another run may be using it.
  await build({
    entryPoints: chosen.map((name) => `test/${name}${source}`),
    outdir,
    outbase: "test",
    bundle: true,
    splitting: true,
    chunkNames: "chunk/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    ...(external ? { external } : { packages: "external" }),
    sourcemap: "linked",
    logLevel: "warning",
  });
  return chosen;
}

/** The names of the tests that have been compiled to a directory. */
export function compiled(outdir: string): string[] {
  return names(outdir, target);
}
