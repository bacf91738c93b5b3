/** The declarations as somebody sees them who has wrun as a dependency. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { project, topic } from "../harness.ts";

const test = topic("types of the library");

/** Compiles a module in a project of its own, and gives what the compiler says, without the places. */
function compile(...lines: string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), "wrun-types-"));
  try {
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(project, join(directory, "node_modules/wrun"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
    writeFileSync(join(directory, "main.ts"), `${lines.join("\n")}\n`);
    const tsc = join(project, "node_modules/typescript/bin/tsc");
    const types = ["--types", "node", "--typeRoots", join(project, "node_modules/@types")];
    const how = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const args = [tsc, ...how, ...types, "--skipLibCheck", "false", "main.ts"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8" });
    return stdout.split("\n").flatMap((line) => /: error (TS\d+: .*)/.exec(line)?.[1] ?? []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("run, plan and their errors are typed", () => {
  const said = compile(
    'import { type Plan, plan, run, type RunResult, WrunError } from "wrun";',
    'const result: RunResult = await run({ args: ["true"], memory: "64m" });',
    "const code: number = result.exitCode;",
    "const made: Plan = plan({ pidsLimit: 20 });",
    "const hint: string | undefined = new WrunError({",
    '  code: "ERR_USAGE",',
    '  message: "m",',
    "}).hint;",
    "export { code, hint, made };",
  );
  assert.equal(said, []);
});

test("the engine and its binding are typed", () => {
  const said = compile(
    'import { ComponentError, instantiate, type Policy } from "wrun/policy";',
    "declare const core: WebAssembly.Module;",
    "const policy: Policy = instantiate(core);",
    "const id: number | undefined = policy.idMaps.toHost(7, []);",
    'policy.cgroups.cpuWeight(2, "linear");',
    "export { ComponentError, id };",
  );
  assert.equal(said, [
    "TS2345: Argument of type 'number' is not assignable to parameter of type 'bigint'.",
  ]);
});

test("an option that does not exist is an error", () => {
  const [said = "", ...more] = compile(
    'import { run } from "wrun";',
    'await run({ memroy: "64m" });',
  );
  assert.match(said, /^TS2561: .*'memroy'.*'memory'/);
  assert.equal(more, []);
});

test("what is not public cannot be imported", () => {
  assert.match(compile('import { spawn } from "wrun/shim/spawn";', "spawn;")[0] ?? "", /^TS2307/);
  assert.match(compile('import { spawn } from "wrun";', "spawn;")[0] ?? "", /^TS2305/);
});

test.run();
