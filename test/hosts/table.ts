/** Runs the tables of test/vectors on an instance of the engine; their README.md says how they are written. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Value = Json | bigint | undefined | Value[] | { [key: string]: Value };

export interface Case {
  name: string;
  source: string;
  function: string;
  arguments: Value[];
  returns?: Value;
  throws?: Value;
}

export interface Table {
  interface: string;
  cases: Case[];
}

/** A table as it stands in its file. */
interface Written {
  interface: string;
  definitions: Record<string, Json>;
  cases: (Omit<Case, "arguments"> & { arguments: Json[]; returns?: Json; throws?: Json })[];
}

/** The instance of a JavaScript binding: interfaces and functions in camelCase. */
export type Engine = Record<string, Record<string, (...parameters: never[]) => unknown>>;

/** What every host reports about a table. */
export interface Outcome {
  interface: string;
  cases: number;
  /** A line for each case that did not come out as it should. */
  wrong: string[];
}

export function readTable(text: string): Table {
  const written = JSON.parse(text) as Written;
  const value = (json: Json): Value => expand(json, written.definitions);
  const cases = written.cases.map((each) => ({
    ...each,
    arguments: each.arguments.map(value),
    ...(each.returns !== undefined && { returns: value(each.returns) }),
    ...(each.throws !== undefined && { throws: value(each.throws) }),
  }));
  return { interface: written.interface, cases };
}

function expand(json: Json, definitions: Record<string, Json>): Value {
  if (json === null) return undefined;
  if (typeof json === "string") return /^-?\d+n$/.test(json) ? BigInt(json.slice(0, -1)) : json;
  if (typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((each) => expand(each, definitions));
  const { $: name, ...rest } = json;
  const own = Object.entries(rest).map(([key, each]) => [key, expand(each, definitions)] as const);
  const base = typeof name === "string" ? expand(definition(name, definitions), definitions) : {};
  return { ...(base as Record<string, Value>), ...Object.fromEntries(own) };
}

function definition(name: string, definitions: Record<string, Json>): Json {
  const found = definitions[name];
  if (found === undefined) throw new RangeError(`the vectors have no definition \`${name}\``);
  return found;
}

export function runTable(engine: Engine, table: Table): Outcome {
  const name = table.interface.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const wrong = table.cases.flatMap((each) => {
    const wanted: Value = "throws" in each ? { throws: each.throws } : { returns: each.returns };
    const found = difference(wanted, answer(engine[name] ?? {}, each));
    return found === "" ? [] : [`${each.name}: ${found}`];
  });
  return { interface: table.interface, cases: table.cases.length, wrong };
}

function answer(functions: Engine[string], { function: name, arguments: given }: Case): Value {
  try {
    return { returns: functions[name]?.(...(given as never[])) as Value };
  } catch (error) {
    // ComponentError, of which each binding has a class of its own
    if (error instanceof Error && "payload" in error) return { throws: error.payload as Value };
    return { throws: String(error) };
  }
}

/** Where an answer does not contain what is wanted, as `path: wanted, found`; "" when it does. */
export function difference(wanted: Value, found: Value, path = ""): string {
  if (wanted === null || typeof wanted !== "object") {
    return wanted === found ? "" : `${path}: ${show(wanted)} was wanted, ${show(found)} came`;
  }
  if (found === null || typeof found !== "object") return `${path}: ${show(found)} came`;
  if (Array.isArray(wanted)) {
    // a list of numbers is a typed array
    const { length } = found as { length?: number };
    if (length !== wanted.length)
      return `${path}: ${wanted.length} items were wanted, these came: ${show(found)}`;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const other = difference(value, (found as Record<string, Value>)[key], `${path}/${key}`);
    if (other !== "") return other;
  }
  return "";
}

function show(value: Value): string {
  return (
    JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each)) ?? "nothing"
  );
}
