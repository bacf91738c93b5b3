// @ts-check
/**
 * Builds dist/: `node build.mjs [--force] [wasm|js|types|runner]...`, by default the first three.
 *
 * What is up to date is left alone: npm runs `prepare` on every `npm ci`, and npx runs it once more when it puts a
 * local package in its cache. Plain JavaScript, because nothing is there to compile it when this runs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";

/** @typedef {{ inputs: string[], outputs: string[], make: () => void | Promise<void> }} Target */

const common = [
  "build.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.types.json",
];

/** @type {import("esbuild").BuildOptions} */
const settings = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
};

/** @type {import("esbuild").BuildOptions} */
const commonjs = {
  format: "cjs",
  // vm.Script has no import() of its own; require is at hand.
  supported: { "dynamic-import": false },
  // Half the bytes to read at every start; names stay as they are, for whoever reads a stack.
  minifyWhitespace: true,
  minifySyntax: true,
  define: { "import.meta.url": "moduleUrl" },
  // A millisecond to load, for a function that makes what is at hand.
  plugins: [
    {
      name: "require",
      setup(build) {
        build.onResolve({ filter: /^node:module$/ }, () => ({
          path: "module",
          namespace: "require",
        }));
        build.onLoad({ filter: /.*/, namespace: "require" }, () => ({
          contents: "exports.createRequire = () => require;",
        }));
      },
    },
  ],
  // As pathToFileURL of node:url, which takes half a millisecond to get ready.
  banner: {
    js: 'const moduleUrl = "file://" + encodeURI(__filename).replace(/[?#]/g, encodeURIComponent);',
  },
};

/** As runtime/cli/script.ts runs it. @type {import("esbuild").BuildOptions} */
const script = {
  ...commonjs,
  banner: { js: `(function (require, module, exports, __filename) {${commonjs.banner?.js}` },
  footer: { js: "\n})" },
};

/** @type {Record<string, Target>} */
const targets = {
  wasm: {
    inputs: ["wasm", "asconfig.json"],
    outputs: ["dist/policy.wasm", "dist/policy.core.wasm", "dist/bindgen/cli.js", "wasm/generated"],
    make: async () => {
      await bindgen();
      await bundle({ entryPoints: ["wasm/build.ts"], outfile: "dist/build/wasm.js" });
      run("dist/build/wasm.js");
    },
  },
  js: {
    inputs: ["runtime", "shim", "wasm"],
    outputs: [
      ...["dist/wrun.cjs", "dist/cli.cjs", "dist/launch.cjs", "dist/light.cjs"],
      ...["dist/index.js", "dist/policy.js"],
    ],
    make: async () => {
      const scripts = ["launch", "light", "cli"];
      for (const name of scripts) rmSync(`dist/${name}.cache`, { force: true });
      await bundle({ entryPoints: ["runtime/index.ts"], outdir: "dist", sourcemap: "linked" });
      const binding = "wasm/generated/host.js";
      await bundle({ entryPoints: [binding], outfile: "dist/policy.js", platform: "neutral" });
      const cache = "dist/build/cache.cjs";
      for (const [entry, outfile] of [
        ["start", "dist/wrun.cjs"],
        ["cache", cache],
      ]) {
        await bundle({ ...commonjs, entryPoints: [`runtime/cli/${entry}.ts`], outfile });
      }
      for (const name of scripts) {
        const entryPoints = [`runtime/cli/${name === "cli" ? "wrun" : name}.ts`];
        await bundle({ ...script, entryPoints, outfile: `dist/${name}.cjs` });
      }
      chmodSync("dist/wrun.cjs", 0o755);
      // Without a cache wrun only starts slower: on a host where nothing can be planned, say.
      for (const name of scripts) {
        spawnSync(process.execPath, [cache, name], { stdio: "ignore", timeout: 30_000 });
      }
    },
  },
  types: {
    inputs: ["runtime", "shim", "wasm"],
    outputs: ["dist/types/runtime/index.d.ts"],
    make: () => {
      rmSync("dist/types", { recursive: true, force: true });
      run("node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json");
      // Declarations that were written, and not made from a source, are not tsc's to copy.
      cpSync("wasm/generated/host.d.ts", "dist/types/wasm/generated/host.d.ts");
    },
  },
  runner: {
    inputs: ["test"],
    outputs: ["dist/run-tests.js", "dist/summary.js", "dist/coverage.js", "dist/vm-lane.js"],
    make: () =>
      bundle({
        entryPoints: {
          "run-tests": "test/run.ts",
          summary: "test/summary.ts",
          coverage: "test/coverage.ts",
          "vm-lane": "test/vm/lane.ts",
        },
        outdir: "dist",
      }),
  },
};

/** The bindings generator as a program, and beside it what it puts into its output. */
async function bindgen() {
  const outdir = "dist/bindgen";
  const entryPoints = { cli: "wasm/bindgen/cli.ts", cabi: "wasm/bindgen/host/index.ts" };
  await bundle({ entryPoints, outdir, splitting: true, chunkNames: "[name]" });
  chmodSync(`${outdir}/cli.js`, 0o755);
  cpSync("wasm/bindgen/runtime/cabi.ts", `${outdir}/cabi.ts`);
  cpSync("asconfig.json", `${outdir}/asconfig.json`);
}

/** @param {import("esbuild").BuildOptions} options */
async function bundle(options) {
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({ ...settings, ...options });
  } catch {
    process.exit(1); // esbuild has printed why
  }
}

/** Runs a script of Node; what it has printed tells more than a stack of ours. @param {string[]} args */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string} path @returns {string[]} */
function files(path) {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "generated" ? [] : files(below);
    return [below];
  });
}

/** A hash of what a target is made from. Content and not time: a clone or a copy has other times.
 * @param {Target} target */
function fingerprint(target) {
  const hash = createHash("sha256");
  const paths = target.inputs.flatMap((path) => (path.includes(".") ? [path] : files(path)));
  for (const path of [...common, ...paths].sort()) {
    hash.update(`${path}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

const words = process.argv.slice(2);
const force = words.includes("--force");
const named = words.filter((word) => word !== "--force");
const unknown = named.filter((name) => !targets[name]);
if (unknown.length > 0) throw new Error(`no target \`${unknown.join(" ")}\``);

process.chdir(import.meta.dirname ?? new URL(".", import.meta.url).pathname);
if (!existsSync("node_modules/esbuild")) {
  // `npx wrun` before `npm ci`: a failure, or no file to link to, would stay in npx's cache and break it for good.
  const say =
    "wrun is not built: the tools for that are missing, `npm ci` installs them and builds";
  mkdirSync("dist/bindgen", { recursive: true });
  const script = `#!/usr/bin/env node\nconsole.error(${JSON.stringify(say)});\nprocess.exitCode = 125;\n`;
  for (const path of ["dist/wrun.cjs", "dist/bindgen/cli.js"])
    writeFileSync(path, script, { mode: 0o755 });
  console.error(say);
  process.exit(0);
}
mkdirSync("dist/stamp", { recursive: true });
for (const name of named.length > 0 ? named : ["wasm", "js", "types"]) {
  const target = targets[name];
  const [stamp, print] = [`dist/stamp/${name}`, fingerprint(target)];
  const fresh = existsSync(stamp) && readFileSync(stamp, "utf8") === print;
  if (!force && fresh && target.outputs.every((path) => existsSync(path))) continue;
  rmSync(stamp, { force: true });
  await target.make();
  writeFileSync(stamp, print);
}
