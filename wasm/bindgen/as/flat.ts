import { type Core, flatten, split } from "../abi/flat.ts";
import { fieldsOf } from "../abi/layout.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { Option, Result, Type, Variant } from "../wit/model.ts";
import { liftList, liftOption, liftResult, liftVariant } from "./lift.ts";
import { lower, someOf, switchTag } from "./lower.ts";
import { asType, isPacked, isScalar, memberName } from "./type.ts";

/** A payload's own core type out of the one it shares with the other cases. */
function narrow(value: string, from: Core, to: Core): string {
  if (from === to) return value;
  if (to === "i32") return `<i32>${value}`;
  if (to === "f64") return `reinterpret<f64>(${value})`;
  return from === "i32" ? `reinterpret<f32>(${value})` : `reinterpret<f32>(<i32>${value})`;
}

/** The way back: bits are kept, and zeros fill what is left of an i64. */
function widen(value: string, from: Core, to: Core): string {
  if (from === to) return value;
  if (from === "i32") return `<i64><u32>${value}`;
  if (from === "f64") return `reinterpret<i64>(${value})`;
  return to === "i32" ? `reinterpret<i32>(${value})` : `<i64><u32>reinterpret<i32>(${value})`;
}

/** An expression for the value that came as the core values `flat`. */
export function liftFlat(routines: Routines, type: Type | null, flat: string[]): string {
  const [first = "0", second = "0"] = flat;
  if (type === null) return "0";
  switch (type.kind) {
    case "primitive":
      if (type.name === "bool") return `${first} != 0`;
      return type.name === "f32" || type.name === "f64" ? first : `<${asType(type)}>${first}`;
    case "enum":
    case "flags":
      return `<${asType(type)}>${first}`;
    case "string":
      return `liftString(<usize>${first}, <u32>${second})`;
    case "list":
      return liftList(routines, type, `<usize>${first}`, `<u32>${second}`);
    case "record":
    case "tuple": {
      const parts = split(fieldsOf(type), flat).map(([field, part]) =>
        liftFlat(routines, field.type, part),
      );
      return `new ${asType(type)}(${parts.join(", ")})`;
    }
    default:
      return `${liftSum(routines, type)}(${flat.join(", ")})`;
  }
}

function liftSum(routines: Routines, type: Variant | Option | Result): string {
  const cores = flatten(type);
  const payload = (part: Type | null) =>
    liftFlat(
      routines,
      part,
      (part ? flatten(part) : []).map((to, n) => narrow(`f${n + 1}`, cores[n + 1] as Core, to)),
    );
  return routines.need("flat", type, (routine) =>
    block(
      `function ${routine}(${cores.map((core, n) => `f${n}: ${core}`).join(", ")}): ${asType(type)}`,
      type.kind === "option"
        ? liftOption(type, "f0", payload)
        : type.kind === "result"
          ? liftResult(type, "f0", payload)
          : liftVariant(type, "f0", payload),
    ),
  );
}

/** Statements that assign the core values of `value` to the variables `flat`, which hold zeros before. */
export class FlatLowering {
  private locals = 0;

  constructor(private readonly routines: Routines) {}

  private local(): string {
    return `_t${this.locals++}`;
  }

  lower(type: Type | null, value: string, flat: string[]): string {
    const [first = "", second = ""] = flat;
    if (type === null) return "";
    if (isScalar(type)) {
      const [core] = flatten(type);
      return `${first} = ${core === "f32" || core === "f64" ? value : `<${core}>${value}`};`;
    }
    switch (type.kind) {
      case "string":
      case "list": {
        if (type.kind === "string" || isPacked(type)) {
          const text = this.local();
          return lines(
            `const ${text} = ${value};`,
            `${first} = <i32>changetype<usize>(${text});`,
            `${second} = ${text}.length;`,
          );
        }
        const pair = this.local();
        return lines(
          `const ${pair} = heap.alloc(8);`,
          lower(this.routines, type, value, pair),
          `${first} = load<i32>(${pair});`,
          `${second} = load<i32>(${pair}, 4);`,
        );
      }
      case "record":
      case "tuple":
        return lines(
          split(fieldsOf(type), flat).map(([field, part]) =>
            this.lower(field.type, `${value}.${memberName(type, field)}`, part),
          ),
        );
      default:
        return this.lowerSum(type, value, flat);
    }
  }

  private lowerSum(type: Variant | Option | Result, value: string, flat: string[]): string {
    const [tag = ""] = flat;
    const sum = this.local();
    const head = `const ${sum} = ${value};`;
    const part = (payload: Type | null, from: string) => this.payload(type, payload, from, flat);
    if (type.kind === "option") {
      return lines(
        head,
        block(`if (${sum} !== null)`, `${tag} = 1;`, part(type.some, someOf(type, sum))),
      );
    }
    if (type.kind === "result") {
      return lines(
        head,
        `${tag} = ${sum}.isErr;`,
        block(`if (${sum}.isErr)`, part(type.error, `${sum}.error`)),
        block("else", part(type.ok, `${sum}.value`)),
      );
    }
    return lines(
      head,
      `${tag} = ${sum}.tag;`,
      switchTag(type, sum, (item, from) => part(item.type, from)),
    );
  }

  private payload(sum: Type, type: Type | null, value: string, flat: string[]): string {
    if (!type) return "";
    const cores = flatten(type);
    const joined = flatten(sum);
    const own = cores.map(() => this.local());
    return lines(
      cores.map((core, n) => `let ${own[n]}: ${core} = 0;`),
      this.lower(type, value, own),
      cores.map(
        (core, n) => `${flat[n + 1]} = ${widen(own[n] as string, core, joined[n + 1] as Core)};`,
      ),
    );
  }
}
