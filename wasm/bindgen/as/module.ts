import { signature } from "../abi/flat.ts";
import { sizeOf } from "../abi/layout.ts";
import { binding, typeName } from "../name.ts";
import { Routines } from "../routine.ts";
import { lines } from "../text.ts";
import type { Func, World } from "../wit/model.ts";
import { coreName, funcsOf, reachableTypes, tupleLengths } from "../world.ts";
import { declare } from "./declare.ts";
import { exportFunc, importFunc } from "./func.ts";

const HEAD = "// Generated from WIT by wasm/bindgen; do not edit.\n";
const RUNTIME = "Opt, Result, Unit, liftString, liftNumbers, lowerString, lowerNumbers, listRoom";
/** Names of the runtime and of AssemblyScript that a WIT type must not take. */
const TAKEN = [
  "Opt",
  "Result",
  "Unit",
  "Array",
  "StaticArray",
  "String",
  "Error",
  "Math",
  "Map",
  "Set",
  "Object",
];

/** The AssemblyScript of a world. */
export interface Sources {
  /** File name to text: types.ts, glue.ts and one file per imported interface. Beside them belongs cabi.ts. */
  files: Record<string, string>;
  /** The name of each exported glue function to the name that the component model wants for it. */
  exports: Record<string, string>;
}

/**
 * Writes the AssemblyScript sources of a world.
 *
 * @param implementation where the module is that exports the functions of an exported interface, by the
 *   interface's short name; of the world's own functions by `world`.
 */
export function assemblyScript(world: World, implementation: (name: string) => string): Sources {
  const tuples = tupleLengths(world);
  const types = reachableTypes(world, [...TAKEN, ...tuples.map((length) => `Tuple${length}`)]);
  const classes = [
    ...types.filter(({ kind }) => kind !== "flags").map(typeName),
    ...tuples.map((length) => `Tuple${length}`),
  ];
  const head = lines(
    HEAD,
    `import { ${RUNTIME} } from "./cabi";`,
    classes.length > 0 ? `import { ${classes.join(", ")} } from "./types";` : "",
  );
  const { glue, exports } = exportGlue(world, implementation);
  const typesFile = lines(
    HEAD,
    `import { Opt, Result, Unit } from "./cabi";`,
    tuples.map(declareTuple),
    types.map(declare),
  );
  return {
    files: {
      ...importFiles(world, head),
      "types.ts": `${typesFile}\n`,
      "glue.ts": `${lines(head, glue)}\n`,
    },
    exports,
  };
}

function declareTuple(length: number): string {
  const names = Array.from({ length }, (_, n) => String.fromCharCode(65 + n));
  const members = names.map((name, n) => `public _${n}: ${name}`);
  return `export class Tuple${length}<${names.join(", ")}> {\n  constructor(${members.join(", ")}) {}\n}`;
}

function exportGlue(
  world: World,
  implementation: (name: string) => string,
): { glue: string; exports: Record<string, string> } {
  const routines = new Routines();
  const funcs = funcsOf(world.exports);
  const exports: Record<string, string> = {};
  const texts = funcs.map(({ owner, func }) => {
    const module = binding(owner?.name ?? "world");
    const name = `${module}_${binding(func.name)}`;
    exports[name] = coreName(owner, func);
    return exportFunc(routines, name, `${module}.${binding(func.name)}`, func);
  });
  const modules = [...new Set(funcs.map(({ owner }) => owner?.name ?? "world"))];
  const area = Math.max(8, ...funcs.map(({ func }) => returnBytes(func)));
  const glue = lines(
    modules.map((name) => `import * as ${binding(name)} from "${implementation(name)}";`),
    'export { cabi_realloc, cabi_post } from "./cabi";',
    'import { start } from "./cabi";',
    "",
    `const RETURN_AREA: usize = memory.data(${area}, 8);`,
    texts,
    routines.text(),
    "start();",
  );
  return { glue, exports };
}

function returnBytes(func: Func): number {
  return func.result && signature(func).returnArea ? sizeOf(func.result) : 0;
}

/** One file per imported interface, `host.ts` for the functions that the world itself imports. */
function importFiles(world: World, head: string): Record<string, string> {
  const files: Record<string, string> = {};
  const funcs = funcsOf(world.imports);
  for (const name of new Set(funcs.map(({ owner }) => owner?.name ?? "host"))) {
    const routines = new Routines();
    const texts = funcs
      .filter(({ owner }) => (owner?.name ?? "host") === name)
      .map(({ owner, func }) => importFunc(routines, owner?.id ?? "$root", func));
    files[`${name}.ts`] = `${lines(head, texts, routines.text())}\n`;
  }
  return files;
}
