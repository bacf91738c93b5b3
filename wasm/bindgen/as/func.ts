import { signature, split } from "../abi/flat.ts";
import { placed, sizeOf } from "../abi/layout.ts";
import { binding, identifier } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { Func } from "../wit/model.ts";
import { FlatLowering, liftFlat } from "./flat.ts";
import { lift } from "./lift.ts";
import { lower } from "./lower.ts";
import { asType } from "./type.ts";

/** The glue that core calls for an exported function: lifts the arguments, calls `target`, lowers the result. */
export function exportFunc(routines: Routines, name: string, target: string, func: Func): string {
  const { tuple, params, spilled, results, returnArea } = signature(func);
  const flat = params.map((_, n) => `f${n}`);
  const head = spilled ? "at: usize" : params.map((core, n) => `f${n}: ${core}`).join(", ");
  const args = spilled
    ? placed(tuple).map((param) => lift(routines, param.type, "at", param.at))
    : split(func.params, flat).map(([param, part]) => liftFlat(routines, param.type, part));
  const call = `${target}(${args.join(", ")})`;
  if (!func.result || results.length === 0) {
    return block(`export function ${name}(${head}): void`, `${call};`);
  }
  if (returnArea) {
    return block(
      `export function ${name}(${head}): usize`,
      lower(routines, func.result, call, "RETURN_AREA"),
      "return RETURN_AREA;",
    );
  }
  return block(
    `export function ${name}(${head}): ${results[0]}`,
    `const result = ${call};`,
    `let f: ${results[0]} = 0;`,
    new FlatLowering(routines).lower(func.result, "result", ["f"]),
    "return f;",
  );
}

/**
 * An imported function: its declaration in core, and the typed function around it.
 *
 * Locals begin with `_`, which no parameter does.
 */
export function importFunc(routines: Routines, module: string, func: Func): string {
  const { tuple, params, spilled, results, returnArea } = signature(func);
  const name = binding(func.name);
  const named = func.params.map((param) => ({ ...param, name: identifier(param.name) }));
  const area = returnArea && func.result ? `const _to = heap.alloc(${sizeOf(func.result)});` : "";
  const flat = spilled ? ["_at"] : params.map((_, n) => `_f${n}`);
  const lowering = new FlatLowering(routines);
  const lowered = spilled
    ? [
        `const _at = heap.alloc(${sizeOf(tuple)});`,
        ...placed(tuple).map(({ type, at }, n) =>
          lower(routines, type, (named[n] as { name: string }).name, "_at", at),
        ),
      ]
    : [
        ...params.map((core, n) => `let _f${n}: ${core} = 0;`),
        ...split(named, flat).map(([param, part]) => lowering.lower(param.type, param.name, part)),
      ];
  const call = `${name}_core(${[...flat, ...(area ? ["_to"] : [])].join(", ")})`;
  const heads = named.map((param) => `${param.name}: ${asType(param.type)}`);
  const core = [
    ...(spilled ? ["at: usize"] : params.map((type, n) => `f${n}: ${type}`)),
    ...(area ? ["to: usize"] : []),
  ];
  return lines(
    "// @ts-ignore: decorator",
    `@external("${module}", "${func.name}")`,
    `declare function ${name}_core(${core.join(", ")}): ${(area ? "" : results[0]) || "void"};`,
    block(
      `export function ${name}(${heads.join(", ")}): ${func.result ? asType(func.result) : "void"}`,
      lowered,
      area,
      area || results.length === 0
        ? `${call};`
        : `return ${liftFlat(routines, func.result, [call])};`,
      area ? `return ${lift(routines, func.result, "_to")};` : "",
    ),
  );
}
