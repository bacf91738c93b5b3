import { camel } from "../name.ts";
import { Routines } from "../routine.ts";
import { block, indent, lines } from "../text.ts";
import type { World } from "../wit/model.ts";
import { coreName, funcsOf } from "../world.ts";
import { exportFunc, importFunc } from "./func.ts";
import { quote } from "./value.ts";

/**
 * Writes the host binding of a world: a JavaScript module that instantiates the core module and gives its exports in
 * the shapes that jco gives them.
 *
 * @param runtime the module specifier of wasm/bindgen/host/index.ts, compiled.
 */
export function hostBinding(world: World, runtime: string): string {
  const routines = new Routines();
  const imports = importObject(routines, world);
  const { bindings, members } = exportObject(routines, world);
  const body = block(
    "export function instantiate(module, imports = {})",
    "let m;",
    imports.targets,
    `const core = new WebAssembly.Instance(module, ${imports.object}).exports;`,
    "m = new Memory(core);",
    bindings,
    `return {\n${indent(lines(members))}\n};`,
  );
  const code = lines(routines.text(), body);
  const words = new Set(code.match(/\w+/g));
  return `${lines(
    HEAD,
    `import { ${HELPERS.filter((name) => words.has(name)).join(", ")} } from ${quote(runtime)};`,
    `export { ComponentError } from ${quote(runtime)};`,
    code,
  )}\n`;
}

const HEAD = "// Generated from WIT by wasm/bindgen; do not edit.";

const HELPERS = (
  "ComponentError Memory array badTag bitsF32 bitsF64 bool caseOf char f32 f32Bits f64 f64Bits flags getNumbers " +
  "getString inside liftCase liftChar liftFlags newString object payloadOf putNumbers putString required s16 s32 s64 s8 text " +
  "tuple u16 u32 u64 u8"
).split(" ");

function importObject(routines: Routines, world: World): { targets: string[]; object: string } {
  const modules = new Map<string, string[]>();
  const targets: string[] = [];
  for (const { owner, func } of funcsOf(world.imports)) {
    const module = owner?.id ?? "$root";
    const variable = `import${targets.length}`;
    targets.push(
      `const ${variable} = ${importTarget(owner?.id ?? func.name, owner ? camel(func.name) : "default")};`,
    );
    const members = modules.get(module) ?? [];
    members.push(`${importFunc(routines, variable, func)},`);
    modules.set(module, members);
  }
  const object = [...modules].map(([name, members]) => `${block(`${quote(name)}:`, members)},`);
  return { targets, object: `{\n${indent(lines(object))}\n}` };
}

/** jco looks for a module without its version, and its types are keyed with it: both are taken. */
function importTarget(module: string, name: string): string {
  const keys = [...new Set([module, module.replace(/@.*/, "")])];
  const found = keys.map((key) => `imports[${quote(key)}]`).join(" ?? ");
  return `required((${found})?.${name}, ${quote(`${module} ${name}`)})`;
}

function exportObject(routines: Routines, world: World): { bindings: string[]; members: string[] } {
  const bindings: string[] = [];
  const method = (owner: Parameters<typeof coreName>[0], func: Parameters<typeof coreName>[1]) => {
    const name = coreName(owner, func);
    const variable = `core${bindings.length}`;
    const post = `${variable}_post`;
    bindings.push(
      `const ${variable} = core[${quote(name)}], ${post} = core[${quote(`cabi_post_${name}`)}];`,
    );
    return `${exportFunc(routines, variable, post, func)},`;
  };
  const members = world.exports.map((extern) => {
    if (extern.kind === "func") return method(null, extern.func);
    const methods = extern.interface.funcs.map((func) => method(extern.interface, func));
    return `${block(`${camel(extern.interface.name)}:`, methods)},`;
  });
  return { bindings, members };
}
