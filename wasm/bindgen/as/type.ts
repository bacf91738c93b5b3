import { discriminantSize, flagsSize } from "../abi/layout.ts";
import { identifier, typeName } from "../name.ts";
import type {
  Enum,
  Flags,
  List,
  Option,
  Primitive,
  PrimitiveName,
  Product,
  Type,
} from "../wit/model.ts";

const NUMBERS: Record<PrimitiveName, string> = {
  bool: "bool",
  s8: "i8",
  u8: "u8",
  s16: "i16",
  u16: "u16",
  s32: "i32",
  u32: "u32",
  s64: "i64",
  u64: "u64",
  f32: "f32",
  f64: "f64",
  char: "u32",
};

export type Scalar = Primitive | Enum | Flags;

/** A type whose values are numbers to AssemblyScript. */
export function isScalar(type: Type): type is Scalar {
  return type.kind === "primitive" || type.kind === "enum" || type.kind === "flags";
}

/** AssemblyScript has no `i32 | null`, and no null inside a null: such an option is a box or null. */
export function isBoxed(option: Option): boolean {
  return isScalar(option.some) || option.some.kind === "option";
}

/** A list of numbers is a StaticArray, used where the host wrote it. */
export function isPacked(type: Type): type is List & { element: Primitive } {
  return type.kind === "list" && type.element.kind === "primitive";
}

/** The AssemblyScript type; null is the missing side of a result. */
export function asType(type: Type | null): string {
  if (type === null) return "Unit";
  switch (type.kind) {
    case "primitive":
      return NUMBERS[type.name];
    case "string":
      return "string";
    case "list":
      return isPacked(type)
        ? `StaticArray<${asType(type.element)}>`
        : `Array<${asType(type.element)}>`;
    case "option":
      return isBoxed(type) ? `Opt<${asType(type.some)}> | null` : `${asType(type.some)} | null`;
    case "result":
      return `Result<${asType(type.ok)}, ${asType(type.error)}>`;
    case "tuple":
      return `Tuple${type.elements.length}<${type.elements.map(asType).join(", ")}>`;
    case "flags":
      return "u32";
    default:
      return typeName(type);
  }
}

/** The type that a scalar has in linear memory. */
export function cellType(type: Scalar): string {
  if (type.kind === "primitive") return NUMBERS[type.name];
  return `u${8 * (type.kind === "enum" ? discriminantSize(type) : flagsSize(type))}`;
}

/** The member of a record's or tuple's class. */
export function memberName(type: Product, field: { name: string }): string {
  return type.kind === "tuple" ? `_${field.name}` : identifier(field.name);
}

/** The member of a variant's class that holds a case's payload; `tag` is the class's own. */
export function payloadName(item: { name: string }): string {
  return item.name === "tag" ? "tag_" : identifier(item.name);
}
