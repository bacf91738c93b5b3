#!/usr/bin/env node
/** wrun-bindgen: README.md beside this file shows it at work. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { skeleton } from "./as/skeleton.ts";
import { readWorld, writeHost, writeSources } from "./generate.ts";
import type { World } from "./wit/model.ts";
import { readWit } from "./wit/resolver.ts";
import { funcsOf } from "./world.ts";

const USAGE = `wrun-bindgen: WebAssembly components in AssemblyScript

  wrun-bindgen new FILE.wit               a source file for each exported interface, to be filled in
  wrun-bindgen build FILE.wit [-- ASC...] the component, and a binding for JavaScript; ASC are options of asc

  --world NAME   of several worlds in the file
  --out DIR      for what is built (build, beside the file)`;

/** Where this program is: the files for its output are beside it. */
const parts = dirname(fileURLToPath(import.meta.url));
const GENERATED = "generated";

/** The module that has to export the functions of an interface; `world` for those of the world itself. */
function modules(world: World): Map<string, ReturnType<typeof funcsOf>> {
  const found = new Map<string, ReturnType<typeof funcsOf>>();
  for (const each of funcsOf(world.exports)) {
    const name = each.owner?.name ?? "world";
    found.set(name, [...(found.get(name) ?? []), each]);
  }
  return found;
}

function chooseWorld(wit: string, name: string | undefined): World {
  const names = [...readWit(wit).worlds.keys()];
  if (name === undefined && names.length !== 1) {
    throw new Error(`wit: \`--world\` must be one of ${names.join(", ")}`);
  }
  return readWorld(wit, name ?? (names[0] as string));
}

function begin(world: World, directory: string): void {
  writeSources(world, join(directory, GENERATED), (name) => `../${name}`, parts);
  for (const [name, funcs] of modules(world)) {
    const path = join(directory, `${name}.ts`);
    if (existsSync(path)) {
      console.log(`${path} is there already`);
      continue;
    }
    writeFileSync(
      path,
      skeleton(
        funcs.map(({ func }) => func),
        `./${GENERATED}`,
      ),
    );
    console.log(`${path} is for you to write`);
  }
}

async function build(
  wit: string,
  world: World,
  directory: string,
  out: string,
  options: string[],
): Promise<void> {
  const { compile } = await compiler();
  const generated = join(directory, GENERATED);
  const exports = writeSources(world, generated, (name) => `../${name}`, parts);
  const [component, core] = [join(out, `${world.name}.wasm`), join(out, `${world.name}.core.wasm`)];
  await compile({
    wit,
    world: world.name,
    exports,
    core,
    component,
    options,
    entry: relative(process.cwd(), join(generated, "glue.ts")),
    config: join(parts, "asconfig.json"),
  });
  const binding = join(out, `${world.name}.js`);
  writeHost(world, binding, parts);
  console.log(`${component}\n${core} with ${binding}`);
}

/** The compiler is a hundred megabytes, which wrun itself does without: it is asked for where it is needed. */
async function compiler(): Promise<typeof import("./compile.ts")> {
  try {
    return await import("./compile.ts");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    const install = "npm install --save-dev assemblyscript @bytecodealliance/jco-transpile";
    throw new Error(`the compiler is missing: \`${install}\` beside wrun`, { cause });
  }
}

async function main(): Promise<void> {
  const { values, positionals, tokens } = parseArgs({
    allowPositionals: true,
    tokens: true,
    options: {
      world: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const end = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? process.argv.length;
  const options = process.argv.slice(2).slice(end + 1);
  const [command, file, ...rest] = positionals.slice(0, positionals.length - options.length);
  if (values.help) return console.log(USAGE);
  if (!file || rest.length > 0 || (command !== "new" && command !== "build"))
    throw new Error(USAGE);
  const wit = readFileSync(file, "utf8");
  const world = chooseWorld(wit, values.world);
  const directory = dirname(file);
  if (command === "new") begin(world, directory);
  else await build(wit, world, directory, values.out ?? join(directory, "build"), options);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
