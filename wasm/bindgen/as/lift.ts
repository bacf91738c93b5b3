import { discriminantSize, payloadOffset, placed, sizeOf } from "../abi/layout.ts";
import { pascal } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block } from "../text.ts";
import type { List, Option, Product, Result, Type, Variant } from "../wit/model.ts";
import { asType, cellType, isBoxed, isPacked } from "./type.ts";

/** `base + offset` */
export function address(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`;
}

export function load(cell: string, base: string, offset = 0): string {
  return `load<${cell}>(${base}${offset === 0 ? "" : `, ${offset}`})`;
}

/** An expression for the value that lies in memory at `base + offset`. */
export function lift(routines: Routines, type: Type | null, base: string, offset = 0): string {
  if (type === null) return "0";
  switch (type.kind) {
    case "primitive":
    case "enum":
    case "flags":
      return load(cellType(type), base, offset);
    case "string":
      return `liftString(${load("usize", base, offset)}, ${load("u32", base, offset + 4)})`;
    case "list":
      return liftList(routines, type, load("usize", base, offset), load("u32", base, offset + 4));
    default: {
      const name = routines.need("lift", type, (routine) =>
        block(`function ${routine}(at: usize): ${asType(type)}`, liftBody(routines, type)),
      );
      return `${name}(${address(base, offset)})`;
    }
  }
}

function liftBody(routines: Routines, type: Product | Variant | Option | Result): string {
  if (type.kind === "record" || type.kind === "tuple") {
    const parts = placed(type).map((field) => lift(routines, field.type, "at", field.at));
    return `return new ${asType(type)}(${parts.join(", ")});`;
  }
  const payload = (part: Type | null) => lift(routines, part, "at", payloadOffset(type));
  if (type.kind === "option") return liftOption(type, "load<u8>(at)", payload);
  if (type.kind === "result") return liftResult(type, "load<u8>(at)", payload);
  return liftVariant(type, load(`u${8 * discriminantSize(type)}`, "at"), payload);
}

/** The expression for a payload: from memory here, from flat values in flat.ts. */
type Payload = (type: Type | null) => string;

export function liftOption(type: Option, tag: string, payload: Payload): string {
  const some = isBoxed(type)
    ? `new Opt<${asType(type.some)}>(${payload(type.some)})`
    : payload(type.some);
  return `return ${tag} ? ${some} : null;`;
}

export function liftResult(type: Result, tag: string, payload: Payload): string {
  const sides = `<${asType(type.ok)}, ${asType(type.error)}>`;
  return `return ${tag} ? Result.err${sides}(${payload(type.error)}) : Result.ok${sides}(${payload(type.ok)});`;
}

export function liftVariant(type: Variant, tag: string, payload: Payload): string {
  const name = asType(type);
  const cases = type.cases.map(
    (item, number) =>
      `case ${number}: return ${name}.${pascal(item.name)}(${item.type ? payload(item.type) : ""});`,
  );
  return block(`switch (${tag})`, cases, "default: return unreachable();");
}

/** A list from its pointer and length. */
export function liftList(routines: Routines, type: List, pointer: string, length: string): string {
  const { element } = type;
  if (isPacked(type)) return `liftNumbers<${asType(element)}>(${pointer}, ${length})`;
  const name = routines.need("lift", type, (routine) =>
    block(
      `function ${routine}(at: usize, length: u32): ${asType(type)}`,
      `const list = new ${asType(type)}(length);`,
      block(
        `for (let i: u32 = 0; i < length; i++, at += ${sizeOf(element)})`,
        `unchecked(list[i] = ${lift(routines, element, "at")});`,
      ),
      "return list;",
    ),
  );
  return `${name}(${pointer}, ${length})`;
}
