// Pressure stall information: Documentation/accounting/psi.rst. Of a cgroup on v2 only.

import {
  StatsPressure,
  StatsStall as Stall,
  StatsStalls as Stalls,
} from "../../generated/as/types";
import { quote } from "../report";
import { Reader } from "./reader";
import { number, pairOf, percent, valueOf, words } from "./text";

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`. */
function stallOf(line: string): Stall | null {
  const list = words(line);
  const averages = new StaticArray<f64>(3);
  const keys = ["avg10", "avg60", "avg300"];
  for (let i: i32 = 0; i < 3; i++) {
    const word = pairOf(list, keys[i]);
    averages[i] = word === null ? NaN : percent(word);
    if (isNaN(averages[i])) return null;
  }
  const word = pairOf(list, "total");
  const total = word !== null ? number(word) : null;
  return total ? new Stall(averages[0], averages[1], averages[2], total.value) : null;
}

function line(reader: Reader, text: string, name: string, key: string): Stall | null {
  const found = valueOf(text, key);
  const stall = found !== null ? stallOf(found) : null;
  if (stall) return stall;
  const why =
    found === null
      ? `\`${name}.pressure\` has no line \`${key}\``
      : `${quote(found)} in \`${name}.pressure\` is not averages and a total`;
  reader.miss(`pressure.${name}.${key}`, [why]);
  return null;
}

function stalls(reader: Reader, name: string): Stalls | null {
  const reasons: string[] = [];
  const text = reader.text(true, `${name}.pressure`, reasons);
  if (text !== null)
    return new Stalls(line(reader, text, name, "some"), line(reader, text, name, "full"));
  reader.miss(`pressure.${name}`, reasons);
  return null;
}

export function pressureOf(reader: Reader): StatsPressure {
  return new StatsPressure(
    stalls(reader, "cpu"),
    stalls(reader, "memory"),
    stalls(reader, "io"),
    stalls(reader, "irq"),
  );
}
