import { alignOf, discriminantSize, payloadOffset, placed, sizeOf } from "../abi/layout.ts";
import { camel } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { List, Option, RecordType, Result, Tuple, Type, Variant } from "../wit/model.ts";
import {
  address,
  casesTable,
  cellOf,
  isScalar,
  isTagged,
  lowerScalar,
  numbersClass,
  quote,
  set,
  unsignedCell,
} from "./value.ts";

/** A statement that checks `value` and writes it to memory at `base + offset`. */
export function lower(
  routines: Routines,
  type: Type | null,
  value: string,
  base: string,
  offset = 0,
): string {
  if (type === null) return "";
  if (isScalar(type)) return set(cellOf(type), base, lowerScalar(routines, type, value), offset);
  const at = address(base, offset);
  if (type.kind === "string") return `putString(m, ${value}, ${at});`;
  if (type.kind === "list" && numbersClass(type) && type.element.kind === "primitive") {
    return `putNumbers(m, ${value}, ${at}, ${numbersClass(type)}, ${type.element.name});`;
  }
  const name = routines.need("lower", type, (routine) =>
    block(`function ${routine}(m, value, at)`, lowerBody(routines, type)),
  );
  return `${name}(m, ${value}, ${at});`;
}

type Compound = List | Option | RecordType | Result | Tuple | Variant;

function lowerBody(routines: Routines, type: Compound): string {
  switch (type.kind) {
    case "list":
      return lowerList(routines, type);
    case "record":
      return keyed(
        "const given = object(value);",
        placed(type).map((field) => ({
          key: quote(camel(field.name)),
          act: lower(routines, field.type, `given.${camel(field.name)}`, "at", field.at),
        })),
      );
    case "tuple":
      return keyed(
        `const given = tuple(value, ${type.elements.length});`,
        placed(type).map((field) => ({
          key: quote(`[${field.name}]`),
          act: lower(routines, field.type, `given[${field.name}]`, "at", field.at),
        })),
      );
    case "option":
      return lowerOption(routines, type);
    default:
      return lowerTagged(routines, type);
  }
}

/** Acts one after the other; an error in one is told its key. */
function keyed(head: string, parts: { key: string; act: string }[]): string {
  return lines(
    head,
    'let key = "";',
    block(
      "try",
      parts.map(({ key, act }) => `key = ${key};\n${act}`),
    ),
    block("catch (error)", "throw inside(error, key);"),
  );
}

function lowerList(routines: Routines, { element }: List): string {
  const size = sizeOf(element);
  return lines(
    "const given = array(value);",
    "const { length } = given;",
    `const room = m.alloc(${alignOf(element)}, length * ${size});`,
    "let index = 0;",
    block(
      "try",
      block(
        `for (let to = room; index < length; index++, to += ${size})`,
        lower(routines, element, "given[index]", "to"),
      ),
    ),
    block("catch (error)", "throw inside(error, '[' + index + ']');"),
    set("Uint32", "at", "room"),
    set("Uint32", "at", "length", 4),
  );
}

/** The condition for an option to be absent. */
export function isAbsent(type: Option, value: string): string {
  return isTagged(type)
    ? `object(${value}).tag === "none"`
    : `${value} === undefined || ${value} === null`;
}

function lowerOption(routines: Routines, type: Option): string {
  const head = [
    block(`if (${isAbsent(type, "value")})`, set("Uint8", "at", "0"), "return;"),
    isTagged(type) ? 'if (value.tag !== "some") throw badTag(value.tag, ["none", "some"]);' : "",
    set("Uint8", "at", "1"),
  ];
  const offset = payloadOffset(type);
  if (!isTagged(type)) return lines(head, lower(routines, type.some, "value", "at", offset));
  return lines(
    head,
    block("try", lower(routines, type.some, "value.val", "at", offset)),
    block("catch (error)", 'throw inside(error, "val");'),
  );
}

/** The table of tags and the cases with them, of what is `{ tag, val }` in JavaScript. */
export function taggedCases(
  routines: Routines,
  type: Variant | Result,
): { table: string; cases: { name: string; type: Type | null }[] } {
  if (type.kind === "variant") return { table: casesTable(routines, type), cases: type.cases };
  const cases = [
    { name: "ok", type: type.ok },
    { name: "err", type: type.error },
  ];
  return { table: '["ok", "err"]', cases };
}

function lowerTagged(routines: Routines, type: Variant | Result): string {
  const { table, cases } = taggedCases(routines, type);
  const cell = unsignedCell(discriminantSize(type));
  const arms = cases.map((item, number) =>
    block(
      `case ${quote(item.name)}:`,
      set(cell, "at", `${number}`),
      lower(routines, item.type, "given.val", "at", payloadOffset(type)),
      "return;",
    ),
  );
  return lines(
    "const given = object(value);",
    block("try", block("switch (given.tag)", arms)),
    block("catch (error)", 'throw inside(error, "val");'),
    `throw badTag(given.tag, ${table});`,
  );
}
