import { type Core, flatten, split } from "../abi/flat.ts";
import { fieldsOf } from "../abi/layout.ts";
import { camel } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { Option, PrimitiveName, Result, Type, Variant } from "../wit/model.ts";
import { liftList, liftSum } from "./lift.ts";
import { isAbsent, lower, taggedCases } from "./lower.ts";
import { get, isScalar, isTagged, liftScalar, lowerScalar, quote } from "./value.ts";

function widen(value: string, from: Core, to: Core): string {
  if (from === to) return value;
  if (from === "f64") return `f64Bits(${value})`;
  if (from === "f32") return to === "i32" ? `f32Bits(${value})` : `BigInt(f32Bits(${value}) >>> 0)`;
  return `BigInt(${value} >>> 0)`;
}

function narrow(value: string, from: Core, to: Core): string {
  if (from === to) return value;
  if (to === "i32") return `Number(BigInt.asIntN(32, ${value}))`;
  if (to === "f64") return `bitsF64(${value})`;
  return from === "i32" ? `bitsF32(${value})` : `bitsF32(Number(BigInt.asIntN(32, ${value})))`;
}

/** Core integers have no sign of their own, and arrive with one. */
const SIGNED: Partial<Record<PrimitiveName, (value: string) => string>> = {
  u8: (value) => `${value} & 0xff`,
  u16: (value) => `${value} & 0xffff`,
  u32: (value) => `${value} >>> 0`,
  char: (value) => `${value} >>> 0`,
  u64: (value) => `BigInt.asUintN(64, ${value})`,
  s8: (value) => `(${value} << 24) >> 24`,
  s16: (value) => `(${value} << 16) >> 16`,
};

/** An expression for the value that came as the core values `flat`. */
export function liftFlat(routines: Routines, type: Type | null, flat: string[]): string {
  if (type === null) return "undefined";
  const [first = "0", second = "0"] = flat;
  if (isScalar(type)) {
    const sign = (type.kind === "primitive" && SIGNED[type.name]) || ((value: string) => value);
    return liftScalar(routines, type, sign(first));
  }
  switch (type.kind) {
    case "string":
      return `getString(m, ${first} >>> 0, ${second} >>> 0)`;
    case "list":
      return liftList(routines, type, `${first} >>> 0`, `${second} >>> 0`);
    case "tuple":
    case "record": {
      const parts = split(fieldsOf(type), flat).map(([field, part]) => {
        const value = liftFlat(routines, field.type, part);
        return type.kind === "tuple" ? value : `${camel(field.name)}: ${value}`;
      });
      return type.kind === "tuple" ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
    }
    default: {
      const cores = flatten(type);
      const payload = (part: Type | null) =>
        liftFlat(
          routines,
          part,
          (part ? flatten(part) : []).map((to, n) => narrow(`f${n + 1}`, cores[n + 1] as Core, to)),
        );
      const name = routines.need("flat", type, (routine) =>
        block(
          `function ${routine}(m, ${cores.map((_, n) => `f${n}`).join(", ")})`,
          liftSum(type, "f0", payload),
        ),
      );
      return `${name}(m, ${flat.join(", ")})`;
    }
  }
}

/** Statements that turn a value into core values. `at` tells where in the arguments an error is. */
export class FlatLowering {
  private locals = 0;

  constructor(private readonly routines: Routines) {}

  private local(): string {
    return `t${this.locals++}`;
  }

  /** @returns the statements, and the expressions of the core values after them. */
  lower(type: Type, value: string, path: string): { text: string; flat: string[] } {
    const name = this.local();
    const at = `at = ${quote(path)};`;
    if (isScalar(type)) {
      const text = `const ${name} = ${lowerScalar(this.routines, type, value)};`;
      return { text: lines(at, text), flat: [name] };
    }
    switch (type.kind) {
      case "string": {
        const text = lines(
          at,
          `const ${name} = text(${value});`,
          `const ${name}_at = newString(m, ${name});`,
        );
        return { text, flat: [`${name}_at`, `${name}.length`] };
      }
      case "list": {
        const text = lines(
          at,
          `const ${name} = m.alloc(4, 8);`,
          lower(this.routines, type, value, name),
          `const ${name}_at = ${get("Uint32", name)};`,
          `const ${name}_length = ${get("Uint32", name, 4)};`,
        );
        return { text, flat: [`${name}_at`, `${name}_length`] };
      }
      case "record":
      case "tuple": {
        const check =
          type.kind === "record" ? `object(${value})` : `tuple(${value}, ${type.elements.length})`;
        const parts = fieldsOf(type).map((field) => {
          const step = type.kind === "tuple" ? `[${field.name}]` : `.${camel(field.name)}`;
          return this.lower(field.type, name + step, path + step);
        });
        return {
          text: lines(
            at,
            `const ${name} = ${check};`,
            parts.map((part) => part.text),
          ),
          flat: parts.flatMap((part) => part.flat),
        };
      }
      default:
        return this.lowerSum(type, value, path, name);
    }
  }

  private lowerSum(
    type: Option | Result | Variant,
    value: string,
    path: string,
    name: string,
  ): { text: string; flat: string[] } {
    const cores = flatten(type);
    const flat = cores.map((_, n) => `${name}_${n}`);
    const declare = flat.map((local, n) => `${local} = ${cores[n] === "i64" ? "0n" : "0"}`);
    const arm = (number: number, payload: Type | null, from: string, inner: string) => {
      const part = payload && this.lower(payload, from, inner);
      const own = payload ? flatten(payload) : [];
      return lines(
        `${flat[0]} = ${number};`,
        part?.text ?? "",
        own.map((core, n) => {
          const widened = widen(part?.flat[n] ?? "0", core, cores[n + 1] as Core);
          return `${flat[n + 1]} = ${widened};`;
        }),
      );
    };
    const head = lines(
      `at = ${quote(path)};`,
      `const ${name} = ${value};`,
      `let ${declare.join(", ")};`,
    );
    if (type.kind === "option") {
      const tagged = isTagged(type);
      const present = tagged
        ? lines(`if (${name}.tag !== "some") throw badTag(${name}.tag, ["none", "some"]);`)
        : "";
      const inner = tagged ? [`${name}.val`, `${path}.val`] : [name, path];
      const some = arm(1, type.some, inner[0] as string, inner[1] as string);
      return { text: lines(head, block(`if (!(${isAbsent(type, name)}))`, present, some)), flat };
    }
    const { table, cases } = taggedCases(this.routines, type);
    const arms = cases.map((item, number) =>
      block(
        `case ${quote(item.name)}:`,
        arm(number, item.type, `${name}.val`, `${path}.val`),
        "break;",
      ),
    );
    const choose = block(
      `switch (object(${name}).tag)`,
      arms,
      `default: throw badTag(${name}.tag, ${table});`,
    );
    return { text: lines(head, choose), flat };
  }
}
