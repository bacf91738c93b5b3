import { readFileSync, writeFileSync } from "node:fs";
import { asType } from "../../wasm/bindgen/as/type.ts";
import { compile } from "../../wasm/bindgen/compile.ts";
import { readWorld, writeHost, writeSources } from "../../wasm/bindgen/generate.ts";
import { identifier } from "../../wasm/bindgen/name.ts";
import type { Func, Interface, World } from "../../wasm/bindgen/wit/model.ts";
import { DEFINITIONS, TYPES } from "./table-echo.ts";

const EXTRA = `
  many: func(a: u8, b: string, c: f32, d: option<u64>, e: shape) -> tuple<string, shape>;
  spill: func(a: big, b: big) -> u32;
  nothing: func();
  load: func(memory: u32, at: string, default: s64) -> s64;
  delete: func() -> string;
`;

/** `echo-X` gives back what it is given; `pass-X` sends it through the import `echo-X`. */
export function echoWit(types = TYPES): string {
  const funcs = (prefix: string) =>
    Object.entries(types)
      .map(([name, type]) => `  ${prefix}-${name}: func(v: ${type}) -> ${type};\n`)
      .join("");
  const names = [...DEFINITIONS.matchAll(/^ {2}(?:enum|flags|record|variant) ([a-z-]+)/gm)];
  const use = `use definitions.{${names.map((match) => match[1]).join(", ")}};`;
  return `package t:echo@1.2.3;
interface definitions {${DEFINITIONS}}
interface up { ${use}
${funcs("echo")}${EXTRA}}
interface down { ${use}
${funcs("echo")}${funcs("pass")}${EXTRA}}
world echo {
  import up;
  export down;
  import plain: func(s: string) -> string;
  export plain-out: func(s: string) -> string;
  export cut: func(s: string, units: u32) -> string;
}
`;
}

function implementation(down: Interface, types: string): string {
  const names = [...types.matchAll(/^export (?:class|enum) (\w+)/gm)].map((match) => match[1]);
  const write = (func: Func): string => {
    const name = /^(load|delete)$/.test(func.name) ? `${func.name}_` : identifier(func.name);
    const params = func.params.map((param) => `${identifier(param.name)}: ${asType(param.type)}`);
    const args = func.params.map((param) => identifier(param.name)).join(", ");
    const call = func.name.startsWith("echo-")
      ? args
      : `up.${name.replace(/^pass/, "echo")}(${args})`;
    const result = func.result ? asType(func.result) : "void";
    return `export function ${name}(${params.join(", ")}): ${result} { ${func.result ? "return " : ""}${call}; }\n`;
  };
  return `import { Opt, Result, Unit } from "./as/cabi";
import { ${names.join(", ")} } from "./as/types";
import * as up from "./as/up";
${down.funcs.map(write).join("")}`;
}

export interface Echo {
  world: World;
  down: Interface;
  directory: string;
}

interface Options {
  /** Instead of all of TYPES. */
  types?: Record<string, string>;
  /** Changes the generated glue, to see whether the fuzz finds it. */
  plant?: (glue: string) => string;
}

const WORLD = `import { plain } from "./as/host";
export function plainOut(s: string): string { return plain(s + "!") + "?"; }
export function cut(s: string, units: u32): string { return s.substring(0, units); }
`;

/** Generates and compiles the echo component into a directory below dist/, the host binding included. */
export async function buildEcho(directory: string, options: Options = {}): Promise<Echo> {
  const wit = echoWit(options.types);
  const world = readWorld(wit, "echo");
  const exports = writeSources(world, `${directory}/as`, (name) => `../${name}`);
  const [first] = world.exports;
  if (first?.kind !== "interface") throw new Error("the world exports no interface");
  const down = first.interface;
  const types = readFileSync(`${directory}/as/types.ts`, "utf8");
  writeFileSync(`${directory}/down.ts`, implementation(down, types));
  writeFileSync(`${directory}/world.ts`, WORLD);
  const entry = `${directory}/as/glue.ts`;
  if (options.plant) {
    const glue = readFileSync(entry, "utf8");
    const planted = options.plant(glue);
    if (planted === glue) throw new Error("nothing was planted");
    writeFileSync(entry, planted);
  }
  writeHost(world, `${directory}/host.js`);
  const core = `${directory}/echo.core.wasm`;
  const component = `${directory}/echo.wasm`;
  await compile({ wit, world: "echo", entry, config: "asconfig.json", exports, core, component });
  return { world, down, directory };
}
