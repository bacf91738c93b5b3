import type { Json } from "../json.ts";
import { below } from "../pointer.ts";
import { unsupported } from "./table-unsupported.ts";
import type { Problem } from "./value.ts";

/** What a document asks for that wrun does not do yet, a problem each. */
export function findUnsupported(document: Json): Problem[] {
  return unsupported.flatMap(([pattern, what]) =>
    matches(document, pattern.slice(1).split("/"), "").map((pointer) => refusal(pointer, what)),
  );
}

/** The problem of asking for something that wrun does not do yet. */
export function refusal(pointer: string, what: string): Problem {
  return {
    code: "ERR_CONFIG_UNSUPPORTED",
    pointer,
    message: `\`${pointer}\` asks for ${what}, which wrun does not support yet`,
    hint: "leave it out, if the container may run without",
  };
}

function matches(value: Json, [part, ...rest]: string[], at: string): string[] {
  if (part === undefined) return asks(value) ? [at] : [];
  if (part === "*") {
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, index) => matches(item, rest, below(at, index)));
  }
  const next = value instanceof Map ? value.get(part) : undefined;
  return next === undefined ? [] : matches(next, rest, below(at, part));
}

/** Writers in Go leave empty structures behind. They ask for nothing. */
function asks(value: Json): boolean {
  if (value instanceof Map) return [...value.values()].some(asks);
  if (Array.isArray(value)) return value.length > 0;
  return value !== "" && value !== false && value !== null;
}
