import fc, { type Arbitrary } from "fast-check";
import { camel } from "../../wasm/bindgen/name.ts";
import type { List, PrimitiveName, Type } from "../../wasm/bindgen/wit/model.ts";

const PRIMITIVES: Record<PrimitiveName, Arbitrary<unknown>> = {
  bool: fc.boolean(),
  u8: fc.integer({ min: 0, max: 0xff }),
  s8: fc.integer({ min: -0x80, max: 0x7f }),
  u16: fc.integer({ min: 0, max: 0xffff }),
  s16: fc.integer({ min: -0x8000, max: 0x7fff }),
  u32: fc.integer({ min: 0, max: 0xffffffff }),
  s32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  s64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  f32: fc.float({ noNaN: true }),
  f64: fc.double({ noNaN: true }),
  char: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
};

const ARRAYS: Partial<Record<PrimitiveName, { from(values: never[]): unknown }>> = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array as never,
  s64: BigInt64Array as never,
  f32: Float32Array,
  f64: Float64Array,
};

const TEXTS = ["", "a", "hello", "€uro", "😀 mixed ü", "x".repeat(300), "\0nul", "日本語"];

/** Any value of a WIT type in the shape that jco and the lean binding share. */
export function arbitrary(type: Type | null): Arbitrary<unknown> {
  if (type === null) return fc.constant(undefined);
  switch (type.kind) {
    case "primitive":
      return PRIMITIVES[type.name];
    case "string":
      return fc.oneof(
        fc.constantFrom(...TEXTS),
        // U+FEFF at the start is lost by jco 1.35, whose decoder takes it for a byte order mark
        fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replace(/^\ufeff+/, "")),
      );
    case "list":
      return list(type);
    case "option":
      return option(arbitrary(type.some), type.some.kind === "option");
    case "result":
      return tagged([
        { name: "ok", type: type.ok },
        { name: "err", type: type.error },
      ]);
    case "tuple":
      return fc.tuple(...type.elements.map(arbitrary));
    case "record":
      return record(type.fields.map((field) => [field.name, arbitrary(field.type)]));
    case "flags":
      return record(type.labels.map((label) => [label.name, fc.boolean()]));
    case "enum":
      return fc.constantFrom(...type.cases.map((item) => item.name));
    default:
      return tagged(type.cases);
  }
}

function list({ element }: List): Arbitrary<unknown> {
  const values = fc.array(arbitrary(element), { maxLength: 5, depthIdentifier: "list" });
  const packed = element.kind === "primitive" ? ARRAYS[element.name] : undefined;
  return packed ? values.map((items) => packed.from(items as never[])) : values;
}

function option(some: Arbitrary<unknown>, nested: boolean): Arbitrary<unknown> {
  if (!nested) return fc.option(some, { nil: undefined });
  return fc.oneof(
    fc.constant({ tag: "none" }),
    some.map((val) => ({ tag: "some", val })),
  );
}

function record(fields: [string, Arbitrary<unknown>][]): Arbitrary<unknown> {
  const model = Object.fromEntries(fields.map(([name, value]) => [camel(name), value]));
  return fc.record(model, { noNullPrototype: true });
}

function tagged(cases: { name: string; type: Type | null }[]): Arbitrary<unknown> {
  return fc.oneof(
    ...cases.map(({ name, type }) =>
      type ? arbitrary(type).map((val) => ({ tag: name, val })) : fc.constant({ tag: name }),
    ),
  );
}

/** The value without what cannot be told apart: properties that are undefined, and the class of an array. */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as unknown[]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, plain(part)]));
}
