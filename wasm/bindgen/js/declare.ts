import { camel, identifier, pascal, typeName } from "../name.ts";
import { block, doc, lines } from "../text.ts";
import type { Extern, Func, NamedType, Type, World } from "../wit/model.ts";
import { reachableTypes } from "../world.ts";
import { isTagged, numbersClass, quote } from "./value.ts";

/** Writes the TypeScript declarations of hostBinding(). */
export function hostTypes(world: World): string {
  const name = pascal(world.name);
  const interfaces = [...world.exports, ...world.imports].flatMap((extern) =>
    extern.kind === "interface" ? [extern.interface] : [],
  );
  const own = ["ComponentError", name, `${name}Imports`, ...interfaceNames(world)];
  const types = reachableTypes(world, own);
  const imports = world.imports.length > 0;
  return lines(
    "// Generated from WIT by wasm/bindgen; do not edit.",
    "",
    ERROR,
    types.map((type) => doc(type.doc) + declareType(type)),
    [...new Set(interfaces)].map((item) =>
      lines(
        doc(item.doc) +
          block(`export interface ${interfaceName(item.name)}`, item.funcs.map(declareMethod)),
      ),
    ),
    doc(world.doc) + block(`export interface ${name}`, world.exports.map(member)),
    imports ? block(`export interface ${name}Imports`, importMembers(world)) : "",
    `/** @param module the core module, made by \`new WebAssembly.Module(bytes)\`. */`,
    `export function instantiate(module: WebAssembly.Module${imports ? `, imports: ${name}Imports` : ""}): ${name};`,
    "",
  );
}

const ERROR = `/** Thrown for the error of a \`result<_, E>\`; \`payload\` is the E. */
export class ComponentError extends Error {
  readonly payload: unknown;
  constructor(payload: unknown);
}`;

function interfaceName(name: string): string {
  return `${pascal(name)}Interface`;
}

function interfaceNames(world: World): string[] {
  const externs = [...world.exports, ...world.imports];
  return externs.flatMap((extern) =>
    extern.kind === "interface" ? [interfaceName(extern.interface.name)] : [],
  );
}

function declareType(type: NamedType): string {
  const name = typeName(type);
  switch (type.kind) {
    case "record":
      return block(
        `export interface ${name}`,
        type.fields.map((field) => doc(field.doc) + property(camel(field.name), field.type)),
      );
    case "flags":
      return block(
        `export interface ${name}`,
        type.labels.map((label) => `${doc(label.doc)}${camel(label.name)}?: boolean;`),
      );
    case "enum":
      return `export type ${name} =${type.cases.map((item) => `\n  ${indentDoc(item.doc)}| ${quote(item.name)}`).join("")};`;
    default:
      return `export type ${name} =${type.cases
        .map(
          (item) =>
            `\n  ${indentDoc(item.doc)}| { tag: ${quote(item.name)}${item.type ? `; val: ${tsType(item.type)}` : ""} }`,
        )
        .join("")};`;
  }
}

function indentDoc(text: string): string {
  return doc(text).replaceAll("\n", "\n  ");
}

/** An option may be left out. */
function property(name: string, type: Type): string {
  if (type.kind !== "option" || isTagged(type)) return `${name}: ${tsType(type)};`;
  return `${name}?: ${tsType(type.some)} | undefined;`;
}

/** The TypeScript type of a value; null is the missing side of a result. */
export function tsType(type: Type | null): string {
  if (type === null) return "undefined";
  switch (type.kind) {
    case "primitive":
      if (type.name === "bool") return "boolean";
      if (type.name === "char") return "string";
      return type.name === "u64" || type.name === "s64" ? "bigint" : "number";
    case "string":
      return "string";
    case "list": {
      const element = tsType(type.element);
      return numbersClass(type) || (element.includes("|") ? `(${element})[]` : `${element}[]`);
    }
    case "option":
      if (isTagged(type)) return `{ tag: "none" } | { tag: "some"; val: ${tsType(type.some)} }`;
      return `${tsType(type.some)} | undefined`;
    case "result":
      return `{ tag: "ok"; val: ${tsType(type.ok)} } | { tag: "err"; val: ${tsType(type.error)} }`;
    case "tuple":
      return `[${type.elements.map(tsType).join(", ")}]`;
    default:
      return typeName(type);
  }
}

function declareMethod(func: Func): string {
  const failing = func.result?.kind === "result" ? func.result : null;
  const throws = failing
    ? `@throws ComponentError${failing.error ? ` with a payload of type ${tsType(failing.error)}` : ""}`
    : "";
  const text = lines(func.doc, throws);
  const params = func.params.map((param) => `${identifier(param.name)}: ${tsType(param.type)}`);
  const result = failing ? failing.ok : func.result;
  return `${doc(text)}${camel(func.name)}(${params.join(", ")}): ${result ? tsType(result) : "void"};`;
}

function member(extern: Extern): string {
  if (extern.kind === "func") return declareMethod(extern.func);
  return `${camel(extern.interface.name)}: ${interfaceName(extern.interface.name)};`;
}

/** As jco wants them: interfaces by name, functions of the world as `default` of a module of their own. */
function importMembers(world: World): string[] {
  return world.imports.map((extern) =>
    extern.kind === "func"
      ? block(
          `${quote(extern.func.name)}:`,
          declareMethod({ ...extern.func, name: "default" }),
        ).concat(";")
      : `${quote(extern.interface.id)}: ${interfaceName(extern.interface.name)};`,
  );
}
