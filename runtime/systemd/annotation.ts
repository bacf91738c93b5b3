/** Annotations `org.systemd.property.NAME`: properties of the unit, as text of GVariant, as runc and crun take them. */
import type { BusValue, Property } from "../../shim/systemd/bus.ts";

const prefix = "org.systemd.property.";

const integers: Record<string, { type: "i" | "u" | "x" | "t"; least: bigint; most: bigint }> = {
  int32: { type: "i", least: -(1n << 31n), most: (1n << 31n) - 1n },
  uint32: { type: "u", least: 0n, most: (1n << 32n) - 1n },
  int64: { type: "x", least: -(1n << 63n), most: (1n << 63n) - 1n },
  uint64: { type: "t", least: 0n, most: (1n << 64n) - 1n },
};

/** Throws RangeError with the annotation's name and the reason. */
export function annotated(annotations: Readonly<Record<string, string>>): Property[] {
  return Object.entries(annotations)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, text]) => property(name, text));
}

function property(annotation: string, text: string): Property {
  const name = annotation.slice(prefix.length);
  // runc's rule: a name is letters, and three of them at least.
  if (!/^[A-Za-z]{3,}$/.test(name)) throw new RangeError(`${annotation} is no name of a property`);
  const value = parse(text.trim());
  if (!value) throw new RangeError(`${annotation} has a value that is not understood: \`${text}\``);
  // TimeoutStopUSec is as it is on the bus already.
  return /[a-z]Sec$/.test(name) ? inMicroseconds(annotation, name, value) : [name, value];
}

/** On the bus a time is in microseconds and its property ends in USec. */
function inMicroseconds(annotation: string, name: string, value: BusValue): Property {
  const isNumber = ["i", "u", "x", "t"].includes(value.type);
  const seconds = isNumber ? (value.value as bigint) : -1n;
  const usec = seconds * 1_000_000n;
  if (seconds < 0n || usec > (integers.uint64?.most ?? 0n))
    throw new RangeError(`${annotation} is no number of seconds`);
  return [`${name.slice(0, -"Sec".length)}USec`, { type: "t", value: usec }];
}

function parse(text: string): BusValue | null {
  if (text === "true" || text === "false") return { type: "b", value: text === "true" };
  const string = unquote(text);
  if (string !== null) return { type: "s", value: string };
  const [, kind = "int32", digits] = /^(?:(u?int(?:32|64))\s+)?([+-]?\d{1,20})$/.exec(text) ?? [];
  if (digits !== undefined) return integer(kind, BigInt(digits.replace("+", "")));
  const inner = /^\[(.*)\]$/s.exec(text)?.[1];
  return inner === undefined ? null : strings(inner);
}

function integer(kind: string, value: bigint): BusValue | null {
  const range = integers[kind];
  if (!range || value < range.least || value > range.most) return null;
  return { type: range.type, value };
}

const quoted = /'(?:[^'\\]|\\['"\\])*'|"(?:[^"\\]|\\['"\\])*"/y;

function strings(text: string): BusValue | null {
  const value: string[] = [];
  let rest = text.trim();
  for (;;) {
    quoted.lastIndex = 0;
    const found = quoted.exec(rest)?.[0];
    if (found === undefined) return null;
    value.push(unquote(found) ?? "");
    rest = rest.slice(found.length).trimStart();
    if (rest === "") return { type: "as", value };
    if (!rest.startsWith(",")) return null;
    rest = rest.slice(1).trimStart();
  }
}

/** What is between the quotes; null when the text is not one string. */
function unquote(text: string): string | null {
  quoted.lastIndex = 0;
  if (quoted.exec(text)?.[0] !== text) return null;
  return text.slice(1, -1).replace(/\\(['"\\])/g, "$1");
}
