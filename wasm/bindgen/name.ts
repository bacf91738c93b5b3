import type { NamedType, Owner, Type } from "./wit/model.ts";

/** Words that AssemblyScript or JavaScript do not take as the name of a member or a parameter. */
const KEYWORDS = new Set(
  (
    "abstract any arguments as async await break case catch class const constructor continue debugger declare default " +
    "delete do else enum eval export extends false finally for from function get if implements import in instanceof " +
    "interface is keyof let module namespace never new null of override package private protected prototype public " +
    "readonly return set static super switch this throw true try type typeof undefined var void while with yield"
  ).split(" "),
);

/** What the generated AssemblyScript itself calls, and so no function may be called in a module of it. */
const BUILTINS = new Set(
  (
    "bool changetype f32 f64 heap i16 i32 i64 i8 idof isize liftNumbers liftString listRoom load lowerNumbers " +
    "lowerString memory reinterpret start store string u16 u32 u64 u8 unchecked unreachable usize v128"
  ).split(" "),
);

/** `id-maps` is `IdMaps`. */
export function pascal(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** `id-maps` is `idMaps`: the name of a property in JavaScript, as jco spells it. */
export function camel(name: string): string {
  const joined = pascal(name);
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

/** The camel name, with a `_` where it is a keyword: the name of a member or a parameter. */
export function identifier(name: string): string {
  const joined = camel(name);
  return KEYWORDS.has(joined) ? `${joined}_` : joined;
}

/** The name of a function or a module in AssemblyScript. */
export function binding(name: string): string {
  const joined = identifier(name);
  return BUILTINS.has(joined) ? `${joined}_` : joined;
}

/**
 * The name of a declared type in both languages: `facts` of interface `id-maps` is `IdMapsFacts`.
 *
 * Always prefixed, so that a type added to one interface never renames that of another. Types of a world, and those
 * of an interface that is itself called `types`, have no prefix.
 */
export function typeName(type: { name: string; owner: Owner }): string {
  const { name, owner } = type;
  return owner.world || owner.name === "types" ? pascal(name) : pascal(owner.name) + pascal(name);
}

/** A name for any type, fit to be part of an identifier; different types have different ones. */
export function typeKey(type: Type | null): string {
  switch (type?.kind) {
    case undefined:
      return "unit";
    case "primitive":
      return type.name;
    case "string":
      return "string";
    case "list":
      return `list_${typeKey(type.element)}`;
    case "option":
      return `option_${typeKey(type.some)}`;
    case "result":
      return `result_${typeKey(type.ok)}_${typeKey(type.error)}_`;
    case "tuple":
      return `tuple_${type.elements.map(typeKey).join("_")}_`;
    default:
      return typeName(type as NamedType);
  }
}
