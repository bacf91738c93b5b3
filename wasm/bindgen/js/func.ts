import { signature, split } from "../abi/flat.ts";
import { alignOf, placed, sizeOf } from "../abi/layout.ts";
import { camel } from "../name.ts";
import type { Routines } from "../routine.ts";
import { block, lines } from "../text.ts";
import type { Func } from "../wit/model.ts";
import { FlatLowering, liftFlat } from "./flat.ts";
import { lift } from "./lift.ts";
import { lower } from "./lower.ts";
import { quote } from "./value.ts";

/**
 * An exported function as a method: lowers the arguments, calls core, lifts the result, lets core forget.
 *
 * `core` and `post` are the variables of the core function and its post-return. Bad arguments leave the instance as
 * it was; an error after that, which is a trap or a broken component, leaves it closed.
 */
export function exportFunc(routines: Routines, core: string, post: string, func: Func): string {
  const { tuple, spilled, results, returnArea } = signature(func);
  // a prefix keeps parameters apart from what the body uses
  const names = func.params.map((param) => `$${camel(param.name)}`);
  const lowering = new FlatLowering(routines);
  const lowered = spilled
    ? {
        text: lines(
          `const area = m.alloc(${alignOf(tuple)}, ${sizeOf(tuple)});`,
          placed(tuple).map(({ type, at }, n) =>
            lines(
              `at = ${quote(camel(func.params[n]?.name ?? ""))};`,
              lower(routines, type, names[n] as string, "area", at),
            ),
          ),
        ),
        flat: ["area"],
      }
    : func.params.reduce<{ text: string; flat: string[] }>(
        (sum, param, n) => {
          const next = lowering.lower(param.type, names[n] as string, camel(param.name));
          return { text: lines(sum.text, next.text), flat: [...sum.flat, ...next.flat] };
        },
        { text: "", flat: [] },
      );
  const zero = results.length === 0 ? "" : !returnArea && results[0] === "i64" ? "0n" : "0";
  const value = returnArea
    ? lift(routines, func.result, "result")
    : liftFlat(routines, func.result, ["result"]);
  const failing = func.result?.kind === "result";
  const args = lowered.flat.map((_, n) => `a${n}`);
  return block(
    `${camel(func.name)}(${names.join(", ")})`,
    "m.enter();",
    lowered.text
      ? [
          `let at = "", ${args.join(", ")};`,
          block(
            "try",
            lowered.text,
            lowered.flat.map((flat, n) => `a${n} = ${flat};`),
          ),
          block("catch (error)", `${post}(${zero});`, "m.end();", "throw inside(error, at);"),
        ]
      : "",
    `${results.length > 0 ? "const result = " : ""}${core}(${args.join(", ")})${returnArea ? " >>> 0" : ""};`,
    "m.refresh();",
    results.length > 0 ? `const value = ${value};` : "",
    `${post}(${results.length > 0 ? "result" : ""});`,
    "m.end();",
    failing ? 'if (value.tag === "err") throw new ComponentError(value.val);' : "",
    func.result ? `return value${failing ? ".val" : ""};` : "",
  );
}

/** An imported function as core calls it: lifts the arguments, calls `target`, lowers the result. */
export function importFunc(routines: Routines, target: string, func: Func): string {
  const { tuple, params, spilled, returnArea } = signature(func);
  const flat = spilled ? ["area"] : params.map((_, n) => `f${n}`);
  const args = spilled
    ? placed(tuple).map((param) => lift(routines, param.type, "area", param.at))
    : split(func.params, flat).map(([param, part]) => liftFlat(routines, param.type, part));
  const call = `${target}(${args.join(", ")})`;
  const heads = [...flat, ...(returnArea ? ["to"] : [])];
  const unsigned = [...(spilled ? ["area >>>= 0;"] : []), ...(returnArea ? ["to >>>= 0;"] : [])];
  const { result } = func;
  if (!result)
    return block(`${quote(func.name)}(${heads.join(", ")})`, unsigned, "m.refresh();", `${call};`);
  const got =
    result.kind === "result"
      ? lines(
          "let value;",
          block("try", `value = { tag: "ok", val: ${call} };`),
          block("catch (error)", 'value = { tag: "err", val: payloadOf(error) };'),
        )
      : `const value = ${call};`;
  const where = quote(`result of ${func.name}`);
  const lowered = returnArea
    ? { text: lower(routines, result, "value", "to"), flat: [] }
    : new FlatLowering(routines).lower(result, "value", `result of ${func.name}`);
  return block(
    `${quote(func.name)}(${heads.join(", ")})`,
    unsigned,
    "m.refresh();",
    got,
    "m.refresh();",
    `let at = ${where};`,
    block("try", lowered.text, lowered.flat.length > 0 ? `return ${lowered.flat[0]};` : ""),
    block("catch (error)", "throw inside(error, at);"),
  );
}
