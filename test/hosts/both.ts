import { type Engine, type Outcome, readTable, runTable } from "./table.ts";

/** The outcomes of tables, given as texts, for each of some bindings of the engine: one binding after the other. */
export function runAll(bindings: Record<string, Engine>, tables: string[]): Outcome[] {
  return Object.values(bindings).flatMap((engine) =>
    tables.map((text) => runTable(engine, readTable(text))),
  );
}
