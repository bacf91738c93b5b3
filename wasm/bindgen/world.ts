import { typeName } from "./name.ts";
import type { Extern, Func, Interface, NamedType, Type, World } from "./wit/model.ts";

/**
 * Every named type that a world's functions reach, each after those it holds.
 *
 * @throws when two types would get the same name in the generated code, or one of `taken`.
 */
export function reachableTypes(world: World, taken: string[]): NamedType[] {
  const found = new Set<NamedType>();
  const visit = (type: Type | null): void => {
    if (!type || found.has(type as NamedType)) return;
    for (const part of partsOf(type)) visit(part);
    if ("owner" in type) found.add(type);
  };
  for (const type of typesOf(world)) visit(type);
  const names = new Set(taken);
  for (const type of found) {
    const name = typeName(type);
    if (names.has(name)) {
      throw new Error(
        `wit: type \`${type.name}\` of \`${type.owner.id}\`: the name \`${name}\` is taken`,
      );
    }
    names.add(name);
  }
  return [...found];
}

function typesOf(world: World): (Type | null)[] {
  return funcsOf([...world.imports, ...world.exports]).flatMap(({ func }) => [
    ...func.params.map((param) => param.type),
    func.result,
  ]);
}

/** The types that a type is made of. */
export function partsOf(type: Type): Type[] {
  switch (type.kind) {
    case "list":
      return [type.element];
    case "option":
      return [type.some];
    case "result":
      return [type.ok, type.error].filter((part) => part !== null);
    case "tuple":
      return type.elements;
    case "record":
      return type.fields.map((field) => field.type);
    case "variant":
      return type.cases.flatMap((item) => (item.type ? [item.type] : []));
    default:
      return [];
  }
}

/** The lengths of the tuples among a world's types. */
export function tupleLengths(world: World): number[] {
  const lengths = new Set<number>();
  const visit = (type: Type): void => {
    if (type.kind === "tuple") lengths.add(type.elements.length);
    for (const part of partsOf(type)) visit(part);
  };
  for (const type of typesOf(world)) if (type) visit(type);
  return [...lengths].sort((a, b) => a - b);
}

/** The functions of an import or export with the interface they belong to. */
export function funcsOf(externs: Extern[]): { owner: Interface | null; func: Func }[] {
  return externs.flatMap((extern): { owner: Interface | null; func: Func }[] =>
    extern.kind === "func"
      ? [{ owner: null, func: extern.func }]
      : extern.interface.funcs.map((func) => ({ owner: extern.interface, func })),
  );
}

/** The name of an exported function in core WebAssembly. */
export function coreName(owner: Interface | null, func: Func): string {
  return owner ? `${owner.id}#${func.name}` : func.name;
}
