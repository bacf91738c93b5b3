import { alignOf, discriminantSize, payloadOffset, placed, sizeOf } from "../abi/layout.ts";
import { camel } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { List, Option, RecordType, Result, Tuple, Type, Variant } from "../wit/model.ts";
import {
  address,
  cellOf,
  get,
  isScalar,
  isTagged,
  liftScalar,
  numbersClass,
  quote,
  unsignedCell,
} from "./value.ts";

/** An expression for the value that lies in memory at `base + offset`. */
export function lift(routines: Routines, type: Type | null, base: string, offset = 0): string {
  if (type === null) return "undefined";
  if (isScalar(type)) return liftScalar(routines, type, get(cellOf(type), base, offset));
  const pointer = get("Uint32", base, offset);
  const length = get("Uint32", base, offset + 4);
  if (type.kind === "string") return `getString(m, ${pointer}, ${length})`;
  if (type.kind === "list") return liftList(routines, type, pointer, length);
  const name = routines.need("lift", type, (routine) =>
    block(`function ${routine}(m, at)`, liftBody(routines, type)),
  );
  return `${name}(m, ${address(base, offset)})`;
}

/** A list from its pointer and length. */
export function liftList(routines: Routines, type: List, pointer: string, length: string): string {
  const { element } = type;
  if (numbersClass(type)) return `getNumbers(m, ${pointer}, ${length}, ${numbersClass(type)})`;
  const size = sizeOf(element);
  const name = routines.need("lift", type, (routine) =>
    block(
      `function ${routine}(m, at, length)`,
      `m.check(at, length, ${size}, ${alignOf(element)});`,
      "const list = new Array(length);",
      block(
        `for (let index = 0; index < length; index++, at += ${size})`,
        `list[index] = ${lift(routines, element, "at")};`,
      ),
      "return list;",
    ),
  );
  return `${name}(m, ${pointer}, ${length})`;
}

function liftBody(
  routines: Routines,
  type: Option | RecordType | Result | Tuple | Variant,
): string {
  switch (type.kind) {
    case "tuple":
      return `return [${placed(type)
        .map((field) => lift(routines, field.type, "at", field.at))
        .join(", ")}];`;
    case "record":
      return block(
        "return",
        placed(type).map(
          (field) => `${camel(field.name)}: ${lift(routines, field.type, "at", field.at)},`,
        ),
      );
    default: {
      const payload = (part: Type | null) => lift(routines, part, "at", payloadOffset(type));
      return liftSum(type, get(unsignedCell(discriminantSize(type)), "at"), payload);
    }
  }
}

/** Statements that return an option, a result or a variant, from its discriminant and payloads. */
export function liftSum(
  type: Option | Result | Variant,
  discriminant: string,
  payload: (type: Type | null) => string,
): string {
  if (type.kind === "option" && !isTagged(type)) {
    return `return ${discriminant} ? ${payload(type.some)} : undefined;`;
  }
  const arms = sumCases(type).map(({ name, type: part, bare }, number) => {
    const value = bare
      ? `{ tag: ${quote(name)} }`
      : `{ tag: ${quote(name)}, val: ${payload(part)} }`;
    return `case ${number}: return ${value};`;
  });
  return lines(
    block(
      `switch (${discriminant})`,
      arms,
      'default: throw new RangeError("the component gave a case that its type has not");',
    ),
  );
}

/** A result always has a `val`, as jco has it; other cases only with a payload. */
function sumCases(
  type: Option | Result | Variant,
): { name: string; type: Type | null; bare: boolean }[] {
  if (type.kind === "variant") return type.cases.map((item) => ({ ...item, bare: !item.type }));
  if (type.kind === "option") {
    return [
      { name: "none", type: null, bare: true },
      { name: "some", type: type.some, bare: false },
    ];
  }
  return [
    { name: "ok", type: type.ok, bare: false },
    { name: "err", type: type.error, bare: false },
  ];
}
