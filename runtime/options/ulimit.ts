import { rlimit_names } from "../../shim/table-rlimit.ts";
import { nearest } from "../cli/nearest.ts";
import type { Rlimit } from "../spec/types.ts";
import { parseInteger } from "./number.ts";
import { usage } from "./usage.ts";

const names = rlimit_names.map((name) => name.slice("RLIMIT_".length).toLowerCase());

/** `NAME=SOFT[:HARD]` with the names of setrlimit(2) in lower case; `unlimited` and -1 are RLIM_INFINITY. */
export function parseUlimit(value: unknown, name: string): Rlimit {
  const match = typeof value === "string" ? /^([a-z]+)=([^:]+)(?::([^:]+))?$/.exec(value) : null;
  if (match === null) throw usage(name, value, "`NAME=SOFT[:HARD]`", "such as `nofile=1024:4096`");
  const [, kind = "", first = "", second] = match;
  if (!names.includes(kind)) {
    const near = nearest(kind, names);
    throw usage(name, value, "a known limit", near && `did you mean \`${near}\`?`);
  }
  const soft = amount(first, name);
  const hard = second === undefined ? soft : amount(second, name);
  if (hard !== -1 && (soft === -1 || soft > hard)) {
    throw usage(name, value, "a soft limit at or below the hard one");
  }
  return { type: `RLIMIT_${kind.toUpperCase()}`, soft, hard };
}

function amount(text: string, name: string): number {
  if (text === "unlimited" || text === "-1") return -1;
  return parseInteger(text, name, 0, Number.MAX_SAFE_INTEGER);
}
