/**
 * Runs the tests marked `vm: true` on another kernel, in a virtual machine, as root:
 *
 *     npm run test:vm -- --arch arm64 --cgroup v1 [--init systemd] [PATTERN...]
 *     npm run test:vm -- --arch arm64 --cgroup v1 --shell 'node dist/wrun.cjs doctor'
 *     WRUN_TEST_FULL=1 npm run test:vm -- --timeout 6000 differential/resources    # hundreds instead of twenty
 *
 * A directory of a few megabytes is staged for the machine: node_modules is a hundred times that, and of this host's
 * architecture.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compile } from "../compile.ts";

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: "string", default: "x64" },
    cgroup: { type: "string", default: "v2" },
    init: { type: "string", default: "script" },
    timeout: { type: "string", default: "1200" },
    shell: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

/** How much slower than its host an emulated machine is, tests of one process and of many taken together. */
const slowness = "10";

const system = options.init === "systemd" ? "-systemd" : "";
const lane = `vm-${options.arch}-${options.cgroup}${system}`;
const stage = resolve("dist/vm", options.arch);

const shipped = [
  "dist/cli.cjs",
  "dist/launch.cjs",
  "dist/light.cjs",
  "dist/index.js",
  "dist/policy.core.wasm",
  "dist/policy.wasm",
  "dist/run-tests.js",
  "dist/wrun.cjs",
  "package.json",
  "shim/native/init-arm64",
  "shim/native/init-x64",
  "test/vectors",
];

function run(command: string, args: string[], cwd = process.cwd()): number {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) throw error;
  return status ?? 1;
}

/** koffi for the machine's architecture, as the lock file has it. Kept from run to run. */
function dependencies(): void {
  const lock = readFileSync("package-lock.json");
  const copy = join(stage, "package-lock.json");
  if (existsSync(copy) && lock.equals(readFileSync(copy))) return;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  cpSync("package.json", join(stage, "package.json"));
  const flags = ["--omit=dev", "--ignore-scripts", "--os=linux", `--cpu=${options.arch}`];
  cpSync("package-lock.json", copy);
  if (run("npm", ["ci", "--silent", ...flags], stage) !== 0) {
    rmSync(copy);
    throw new Error(`npm cannot install the dependencies for ${options.arch}`);
  }
}

async function fill(): Promise<void> {
  rmSync(join(stage, "dist"), { recursive: true, force: true });
  for (const path of shipped) cpSync(path, join(stage, path), { recursive: true });
  const marked = (name: string) =>
    readFileSync(`test/${name}.test.ts`, "utf8").includes("vm: true");
  const named = (name: string) => !patterns.length || patterns.some((part) => name.includes(part));
  await compile({
    wanted: (name) => marked(name) && named(name),
    outdir: join(stage, "dist/test"),
    external: ["koffi"],
  });
}

function machine(): number {
  const command = options.shell
    ? ["sh", "-c", options.shell]
    : ["node", "dist/run-tests.js", "--compiled", "--lane", lane];
  const kind = ["--arch", options.arch, "--cgroup", options.cgroup, "--init", options.init];
  const get = options.shell ? [] : ["--get", "dist/report"];
  const more = [...get, ...(options.verbose ? ["--verbose"] : []), "--timeout", options.timeout];
  const asked = ["WRUN_TEST_AGAIN", "WRUN_TEST_FULL", "WRUN_TEST_SEED"].flatMap((name) =>
    process.env[name] ? [`${name}=${process.env[name]}`] : [],
  );
  const env = ["env", "WRUN_TEST_VM=1", `WRUN_TEST_SLOW=${slowness}`, ...asked];
  return run("test/vm/vm.sh", [...kind, ...more, "--", stage, ...env, ...command]);
}

dependencies();
await fill();
process.exitCode = machine();
if (!options.shell) {
  const report = join(stage, "dist/report", `${lane}.jsonl`);
  mkdirSync("dist/report", { recursive: true });
  if (existsSync(report)) cpSync(report, `dist/report/${lane}.jsonl`);
}
