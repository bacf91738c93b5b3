import { binding, identifier } from "../name.ts";
import { block, doc, lines } from "../text.ts";
import type { Func } from "../wit/model.ts";
import { asType } from "./type.ts";

/** Of the names in a signature, those that are in no file of ours, and those of cabi.ts. */
const LANGUAGE = ["Array", "StaticArray"];
const RUNTIME = ["Opt", "Result", "Unit"];

/**
 * What is left for the author of a component to write: functions with their types, and bodies that trap.
 *
 * @param generated the directory of the generated sources, as a module specifier.
 */
export function skeleton(funcs: Func[], generated: string): string {
  const stubs = funcs.map(stub);
  const heads = stubs.map(({ head }) => head).join("\n");
  const names = new Set(heads.match(/\b[A-Z]\w*/g)?.filter((name) => !LANGUAGE.includes(name)));
  const from = (file: string, chosen: string[]) =>
    chosen.length > 0 ? `import { ${chosen.join(", ")} } from "${generated}/${file}";` : "";
  const imports = lines(
    from(
      "cabi",
      RUNTIME.filter((name) => names.has(name)),
    ),
    from(
      "types",
      [...names].filter((name) => !RUNTIME.includes(name)),
    ),
  );
  const bodies = stubs.map(({ note, head, body }) => note + block(head, body));
  return `${[imports, ...bodies].filter(Boolean).join("\n\n")}\n`;
}

function stub(func: Func): { note: string; head: string; body: string } {
  const params = func.params.map(({ name, type }) => `${identifier(name)}: ${asType(type)}`);
  const result = func.result ? asType(func.result) : "void";
  return {
    note: doc(func.doc),
    head: `export function ${binding(func.name)}(${params.join(", ")}): ${result}`,
    body: func.result ? "return unreachable();" : "unreachable();",
  };
}
