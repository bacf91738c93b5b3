import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import fc from "fast-check";
import { camel } from "../../wasm/bindgen/name.ts";
import type { Func } from "../../wasm/bindgen/wit/model.ts";
import { arbitrary, plain } from "./arbitrary.ts";
import type { Echo } from "./echo.ts";

type Method = (...args: unknown[]) => unknown;
export type Methods = Record<string, Method>;

/** A running echo component in either JavaScript binding. */
export interface Instance {
  down: Methods;
  plainOut: (text: string) => string;
  cut: (text: string, units: number) => string;
}

/** Starts the core module with the lean binding. */
export async function startLean(echo: Echo, imports: Record<string, Methods>): Promise<Instance> {
  const { instantiate } = await import(pathToFileURL(resolve(echo.directory, "host.js")).href);
  const core = readFileSync(join(echo.directory, "echo.core.wasm"));
  return instantiate(new WebAssembly.Module(core), imports);
}

/** Transpiles a component with jco into `to`, and starts it. */
export async function startJco<Exports>(
  component: string,
  to: string,
  imports: Record<string, Methods> = {},
): Promise<Exports> {
  const { files } = await transpileBytes(readFileSync(component), {
    name: "component",
    instantiation: "sync",
    // the default of the API, unlike that of the command line, is to throw bare payloads
    noComponentErrorWrapping: false,
  });
  for (const [name, bytes] of Object.entries(files as Record<string, Uint8Array>)) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), bytes);
  }
  writeFileSync(join(to, "package.json"), '{ "type": "module" }');
  const { instantiate } = await import(pathToFileURL(resolve(to, "component.js")).href);
  return instantiate(
    (name: string) => new WebAssembly.Module(readFileSync(join(to, name))),
    imports,
  );
}

/** What the component imports, in jco's shapes; `seen` gets every argument. */
export function echoImports(echo: Echo, seen: unknown[]): Record<string, Methods> {
  const up: Methods = {};
  for (const func of echo.down.funcs) {
    up[camel(func.name)] = (...args) => {
      seen.push(...args);
      return reply(func, args);
    };
  }
  return { "t:echo/up": up, "t:echo/definitions": {}, plain: { default: (text) => `${text}~` } };
}

function reply(func: Func, args: unknown[]): unknown {
  const [first] = args;
  if (func.name === "many") return [args.slice(0, 4).join(" "), args[4]];
  if (func.name === "spill") return 0xfffffff0;
  if (func.name === "load") return args[2];
  if (func.name === "delete") return "deleted";
  if (func.result?.kind !== "result") return first;
  const { tag, val } = first as { tag: string; val?: unknown };
  if (tag === "ok") return val;
  throw { payload: val };
}

/** Calls a method that may throw the error of a result, and gives the result as a value. */
export function call(method: Method, func: Func, value: unknown): unknown {
  if (func.result?.kind !== "result") return method(value);
  try {
    return { tag: "ok", val: method(value) };
  } catch (error) {
    if (!(error instanceof Error) || !("payload" in error)) throw error;
    return { tag: "err", val: error.payload };
  }
}

/**
 * Sends `runs` values of every type through the component and looks that they come back.
 *
 * @returns the number of round trips. @throws with the type and the smallest value that came back wrong.
 */
export function fuzz(echo: Echo, instance: Instance, seen: unknown[], runs: number): number {
  let trips = 0;
  for (const func of echo.down.funcs.filter(({ name }) => /^(echo|pass)-/.test(name))) {
    const method = instance.down[camel(func.name)];
    if (!method) throw new Error(`no method for \`${func.name}\``);
    const property = fc.property(arbitrary(func.params[0]?.type ?? null), (value) => {
      seen.length = 0;
      const came = call(method, func, value);
      trips++;
      const through = func.name.startsWith("pass-") ? seen[0] : value;
      return isSame(came, value) && isSame(through, value);
    });
    try {
      fc.assert(property, { numRuns: runs, seed: 20240101 });
    } catch (cause) {
      throw new Error(`\`${func.name}\`: ${(cause as Error).message}`, { cause });
    }
  }
  return trips;
}

function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** The functions with more than one parameter. */
export function fuzzMany(echo: Echo, instance: Instance, seen: unknown[], runs: number): void {
  const spill = echo.down.funcs.find(({ name }) => name === "spill");
  const both = fc.tuple(...(spill?.params ?? []).map((param) => arbitrary(param.type)));
  fc.assert(
    fc.property(both, (args) => {
      seen.length = 0;
      return instance.down.spill?.(...args) === 0xfffffff0 && isSame(seen, args);
    }),
    { numRuns: runs, seed: 20240101 },
  );
}
