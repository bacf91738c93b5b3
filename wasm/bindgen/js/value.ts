import { discriminantSize, flagsSize } from "../abi/layout.ts";
import { camel } from "../name.ts";
import type { Routines } from "../routine.ts";
import type {
  Enum,
  Flags,
  List,
  Option,
  Primitive,
  PrimitiveName,
  Sum,
  Type,
} from "../wit/model.ts";

/** The DataView method (without get or set) for each primitive. */
const CELLS: Record<PrimitiveName, string> = {
  bool: "Uint8",
  s8: "Int8",
  u8: "Uint8",
  s16: "Int16",
  u16: "Uint16",
  s32: "Int32",
  u32: "Uint32",
  s64: "BigInt64",
  u64: "BigUint64",
  f32: "Float32",
  f64: "Float64",
  char: "Uint32",
};

export type Scalar = Primitive | Enum | Flags;

export function isScalar(type: Type): type is Scalar {
  return type.kind === "primitive" || type.kind === "enum" || type.kind === "flags";
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

/** The class of the typed array for a list, or "" where it is a plain array. */
export function numbersClass({ element }: List): string {
  if (element.kind !== "primitive" || element.name === "bool" || element.name === "char") return "";
  return `${CELLS[element.name]}Array`;
}

/** option<option<T>> is `{ tag, val }`: undefined can say only one of its two absences. */
export function isTagged(option: Option): boolean {
  return option.some.kind === "option";
}

/** The method for a number of `bytes` bytes without sign. */
export function unsignedCell(bytes: 1 | 2 | 4): string {
  return `Uint${bytes * 8}`;
}

export function cellOf(type: Scalar): string {
  if (type.kind === "primitive") return CELLS[type.name];
  return unsignedCell(type.kind === "enum" ? discriminantSize(type) : flagsSize(type));
}

export function address(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`;
}

export function get(cell: string, base: string, offset = 0): string {
  const at = address(base, offset);
  return cell.endsWith("8") ? `m.view.get${cell}(${at})` : `m.view.get${cell}(${at}, true)`;
}

export function set(cell: string, base: string, value: string, offset = 0): string {
  const at = address(base, offset);
  return cell.endsWith("8")
    ? `m.view.set${cell}(${at}, ${value});`
    : `m.view.set${cell}(${at}, ${value}, true);`;
}

/** The constant array of an enum's cases or a variant's tags. */
export function casesTable(routines: Routines, type: Sum & { cases: { name: string }[] }): string {
  return routines.need("cases", type, (name) => `const ${name} = ${names(type.cases)};`);
}

export function labelsTable(routines: Routines, type: Flags): string {
  return routines.need("labels", type, (name) => {
    const labels = type.labels.map((label) => quote(camel(label.name)));
    return `const ${name} = [${labels.join(", ")}];`;
  });
}

function names(items: { name: string }[]): string {
  return `[${items.map((item) => quote(item.name)).join(", ")}]`;
}

/** The core value of a scalar, checked. */
export function lowerScalar(routines: Routines, type: Scalar, value: string): string {
  if (type.kind === "primitive") return `${type.name}(${value})`;
  if (type.kind === "enum") return `caseOf(${value}, ${casesTable(routines, type)})`;
  return `flags(${value}, ${labelsTable(routines, type)})`;
}

/** A scalar out of its core value, which has the right sign already. */
export function liftScalar(routines: Routines, type: Scalar, value: string): string {
  if (type.kind === "enum") return `liftCase(${value}, ${casesTable(routines, type)})`;
  if (type.kind === "flags") return `liftFlags(${value}, ${labelsTable(routines, type)})`;
  if (type.name === "bool") return `${value} !== 0`;
  return type.name === "char" ? `liftChar(${value})` : value;
}
