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

/** Compiles the tests that are wanted, and gives their names, such as `shim/fd`. */
export async function compile(wanted: (name: string) => boolean): Promise<string[]> {
  const { build } = await import("esbuild");
  const chosen = names("test", source).filter(wanted);
  // What an earlier call left is not removed: another run may be using it.
  await build({
    entryPoints: chosen.map((name) => `test/${name}${source}`),
    outdir: "dist/test",
    outbase: "test",
    bundle: true,
    splitting: true,
    chunkNames: "chunk/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: "linked",
    logLevel: "warning",
  });
  return chosen;
}

/** The names of the tests that have been compiled. */
export function compiled(): string[] {
  return names("dist/test", target);
}
