/** Arguments for every function of the engine out of nothing but its WIT: a function that is new has them at once. */
import fc, { type Arbitrary } from "fast-check";
import { camel } from "../../wasm/bindgen/name.ts";
import type { Type } from "../../wasm/bindgen/wit/model.ts";
import { arbitrary } from "../bindgen/arbitrary.ts";

/** A value of a type, most often as it was, with parts of it changed to any other of their types. */
export function changed(type: Type, value: unknown): Arbitrary<unknown> {
  const kept = parts(type, value);
  return fc.oneof({ weight: 12, arbitrary: kept }, { weight: 1, arbitrary: arbitrary(type) });
}

function parts(type: Type, value: unknown): Arbitrary<unknown> {
  switch (type.kind) {
    case "record": {
      const given = value as Record<string, unknown>;
      const fields = type.fields.map(({ name, type: field }) => [
        camel(name),
        changed(field, given[camel(name)]),
      ]);
      return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
    }
    case "option":
      return value === undefined ? fc.constant(undefined) : changed(type.some, value);
    case "variant": {
      const { tag, val } = value as { tag: string; val?: unknown };
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      if (!payload) return fc.constant(value);
      return changed(payload, val).map((other) => ({ tag, val: other }));
    }
    case "list": {
      const items = [...(value as Iterable<unknown>)];
      // What is large says no more for being changed in every place.
      if (items.length > 20) return fc.constant(value);
      return type.element.kind === "primitive"
        ? fc.constant(value)
        : fc.tuple(...items.map((item) => changed(type.element, item))).chain(repeated);
    }
    default:
      return fc.constant(value);
  }
}

/** A list, most often as it is, else without some of its items or with some of them twice. */
function repeated(items: unknown[]): Arbitrary<unknown[]> {
  if (items.length === 0) return fc.constant(items);
  const other = fc.array(fc.constantFrom(...items), { maxLength: 2 * items.length });
  return fc.oneof({ weight: 4, arbitrary: fc.constant(items) }, { weight: 1, arbitrary: other });
}
