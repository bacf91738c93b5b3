import { type Func, PRIMITIVES, type Tuple, type Type } from "../wit/model.ts";
import { casesOf, fieldsOf } from "./layout.ts";

/** A value type of core WebAssembly. */
export type Core = "i32" | "i64" | "f32" | "f64";

/** CanonicalABI.md, "Flattening": more parameters than this go through memory; so does a second result. */
export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_RESULTS = 1;

/** The core values that a value becomes when it is a parameter or a result. */
export function flatten(type: Type): Core[] {
  switch (type.kind) {
    case "primitive":
      if (type.name === "f32" || type.name === "f64") return [type.name];
      return [PRIMITIVES[type.name] === 8 ? "i64" : "i32"];
    case "string":
    case "list":
      return ["i32", "i32"];
    case "flags":
      return ["i32"];
    case "record":
    case "tuple":
      return fieldsOf(type).flatMap((field) => flatten(field.type));
    default: {
      // the payloads lie over one another: where two differ, the joined type can hold either
      const payload: Core[] = [];
      for (const item of casesOf(type)) {
        for (const [index, core] of (item.type ? flatten(item.type) : []).entries()) {
          const other = payload[index];
          payload[index] = other ? join(other, core) : core;
        }
      }
      return ["i32", ...payload];
    }
  }
}

function join(a: Core, b: Core): Core {
  if (a === b) return a;
  return (a === "i32" && b === "f32") || (a === "f32" && b === "i32") ? "i32" : "i64";
}

/** Gives each item its share of the core values that all of them together became. */
export function split<T extends { type: Type }>(items: T[], flat: string[]): [T, string[]][] {
  let start = 0;
  return items.map((item) => {
    const end = start + flatten(item.type).length;
    const part = flat.slice(start, end);
    start = end;
    return [item, part];
  });
}

/** How a function looks in core WebAssembly. */
export interface Signature {
  /** All parameters as one, which is how they lie in memory when they are spilled. */
  tuple: Tuple;
  /** Before spilling. */
  params: Core[];
  /** Too many parameters: one pointer to the tuple. */
  spilled: boolean;
  results: Core[];
  /** Too many results: an export returns a pointer to them, an import is given one. */
  returnArea: boolean;
}

export function signature(func: Func): Signature {
  const tuple: Tuple = { kind: "tuple", elements: func.params.map((param) => param.type) };
  const params = flatten(tuple);
  const results = func.result ? flatten(func.result) : [];
  return {
    tuple,
    params,
    spilled: params.length > MAX_FLAT_PARAMS,
    results,
    returnArea: results.length > MAX_FLAT_RESULTS,
  };
}
