import {
  type Case,
  type Field,
  PRIMITIVES,
  type Product,
  type Sum,
  type Type,
} from "../wit/model.ts";

/** Sizes and offsets in linear memory: CanonicalABI.md, "Alignment" and "Element Size", for 32-bit memories. */

export function alignTo(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The cases of anything with a discriminant, in order of their numbers. */
export function casesOf(type: Sum): Case[] {
  if (type.kind === "option") {
    return [
      { name: "none", type: null, doc: "" },
      { name: "some", type: type.some, doc: "" },
    ];
  }
  if (type.kind === "result") {
    return [
      { name: "ok", type: type.ok, doc: "" },
      { name: "err", type: type.error, doc: "" },
    ];
  }
  return type.cases;
}

/** The fields of a record, or of a tuple as if it were one. */
export function fieldsOf(type: Product): Field[] {
  if (type.kind === "record") return type.fields;
  return type.elements.map((element, index) => ({ name: `${index}`, type: element, doc: "" }));
}

/** Bytes of the number that tells the cases apart: 1, 2 or 4. */
export function discriminantSize(type: Sum): 1 | 2 | 4 {
  const { length } = casesOf(type);
  return length <= 256 ? 1 : length <= 65536 ? 2 : 4;
}

/** Bytes of a set of flags: 1, 2 or 4. */
export function flagsSize({ labels }: { labels: unknown[] }): 1 | 2 | 4 {
  return labels.length <= 8 ? 1 : labels.length <= 16 ? 2 : 4;
}

function payloads(type: Sum): Type[] {
  return casesOf(type).flatMap((item) => (item.type ? [item.type] : []));
}

/** Bytes from the start of a value to its payload. */
export function payloadOffset(type: Sum): number {
  return alignTo(discriminantSize(type), Math.max(1, ...payloads(type).map(alignOf)));
}

export function alignOf(type: Type): number {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVES[type.name];
    case "string":
    case "list":
      return 4;
    case "flags":
      return flagsSize(type);
    case "record":
    case "tuple":
      return Math.max(1, ...fieldsOf(type).map((field) => alignOf(field.type)));
    default:
      return Math.max(discriminantSize(type), ...payloads(type).map(alignOf));
  }
}

/** Bytes that a value takes, its tail padding included. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case "primitive":
      return PRIMITIVES[type.name];
    case "string":
    case "list":
      return 8;
    case "flags":
      return flagsSize(type);
    case "record":
    case "tuple": {
      const end = placed(type).reduce((_, { type: last, at }) => at + sizeOf(last), 0);
      return alignTo(end, alignOf(type));
    }
    default:
      return alignTo(
        payloadOffset(type) + Math.max(0, ...payloads(type).map(sizeOf)),
        alignOf(type),
      );
  }
}

/** The fields with the offset of each in bytes. */
export function placed(type: Product): (Field & { at: number })[] {
  let end = 0;
  return fieldsOf(type).map((field) => {
    const at = alignTo(end, alignOf(field.type));
    end = at + sizeOf(field.type);
    return { ...field, at };
  });
}
