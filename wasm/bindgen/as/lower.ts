import { discriminantSize, payloadOffset, placed, sizeOf } from "../abi/layout.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { Case, List, Option, Product, Result, Type, Variant } from "../wit/model.ts";
import { address } from "./lift.ts";
import { asType, cellType, isBoxed, isPacked, isScalar, memberName, payloadName } from "./type.ts";

export function store(cell: string, base: string, value: string, offset = 0): string {
  return `store<${cell}>(${base}, ${value}${offset === 0 ? "" : `, ${offset}`});`;
}

/** A statement that writes `value` to memory at `base + offset`; "" for a missing side of a result. */
export function lower(
  routines: Routines,
  type: Type | null,
  value: string,
  base: string,
  offset = 0,
): string {
  if (type === null) return "";
  switch (type.kind) {
    case "primitive":
    case "enum":
    case "flags":
      return store(cellType(type), base, value, offset);
    case "string":
      return `lowerString(${value}, ${address(base, offset)});`;
    default: {
      if (isPacked(type)) {
        return `lowerNumbers<${asType(type.element)}>(${value}, ${address(base, offset)});`;
      }
      const name = routines.need("lower", type, (routine) =>
        block(
          `function ${routine}(value: ${asType(type)}, at: usize): void`,
          lowerBody(routines, type),
        ),
      );
      return `${name}(${value}, ${address(base, offset)});`;
    }
  }
}

function lowerBody(routines: Routines, type: List | Product | Variant | Option | Result): string {
  switch (type.kind) {
    case "list":
      return lowerList(routines, type);
    case "record":
    case "tuple":
      return lines(
        placed(type).map((field) =>
          lower(routines, field.type, `value.${memberName(type, field)}`, "at", field.at),
        ),
      );
    case "option":
      return lines(
        block("if (value === null)", "store<u8>(at, 0);", "return;"),
        "store<u8>(at, 1);",
        lower(routines, type.some, someOf(type, "value"), "at", payloadOffset(type)),
      );
    case "result":
      return lines(
        "store<u8>(at, value.isErr);",
        block(
          "if (value.isErr)",
          lower(routines, type.error, "value.error", "at", payloadOffset(type)),
        ),
        block("else", lower(routines, type.ok, "value.value", "at", payloadOffset(type))),
      );
    default:
      return lines(
        store(`u${8 * discriminantSize(type)}`, "at", "value.tag"),
        switchTag(type, "value", (item) =>
          lower(routines, item.type, payloadOf(item, "value"), "at", payloadOffset(type)),
        ),
      );
  }
}

function lowerList(routines: Routines, { element }: List): string {
  const size = sizeOf(element);
  return lines(
    "const length = value.length;",
    `const room = listRoom(length * ${size});`,
    block(
      `for (let i = 0, to = room; i < length; i++, to += ${size})`,
      lower(routines, element, "unchecked(value[i])", "to"),
    ),
    "store<usize>(at, room);",
    "store<u32>(at, length, 4);",
  );
}

/** The value inside a present option. */
export function someOf(type: Option, value: string): string {
  return isBoxed(type) ? `${value}.value` : value;
}

function payloadOf(item: Case, value: string): string {
  const nullable = item.type !== null && (isScalar(item.type) || item.type.kind === "option");
  return `${value}.${payloadName(item)}${nullable ? "" : "!"}`;
}

/** A switch over a variant's tag with what is to do with each payload. */
export function switchTag(
  type: Variant,
  value: string,
  act: (item: Case, payload: string) => string,
): string {
  const cases = type.cases.map((item, number) =>
    item.type ? lines(block(`case ${number}:`, act(item, payloadOf(item, value)), "break;")) : "",
  );
  return cases.some(Boolean) ? block(`switch (${value}.tag)`, cases) : "";
}
