/** Facts of a host as a file: `wrun facts` writes it, `wrun plan --facts` reads it, on whatever machine. */
import { closeSync, openSync, readSync } from "node:fs";
import type { Facts } from "../../shim/facts/types.ts";
import { type ErrorDetails, WrunError } from "../error.ts";
import { type At, field, object, type Problem, wrong } from "../spec/check/value.ts";
import { type Json, readJson } from "../spec/json.ts";
import { checkFacts } from "./check.ts";

/** Raised when facts of the old form would be misunderstood; what is only added does not raise it. */
export const facts_version = 1;

/** A host with thousands of mounts has megabytes of them. */
const bytes_max = 16 << 20;
/** As many as a reader takes in. */
const shown_max = 10;

/** The file: one JSON object with the version of its form. Sets of bits are hexadecimal strings. */
export function factsText(facts: Facts): string {
  const hex = (_key: string, value: unknown) =>
    typeof value === "bigint" ? `0x${value.toString(16)}` : value;
  return `${JSON.stringify({ wrunFacts: facts_version, facts }, hex, 2)}\n`;
}

/** Reads and checks a file of facts. Throws ERR_FACTS, with a pointer to what is wrong in it. */
export function readFacts(path: string): Facts {
  return parseFacts(readBytes(path), path);
}

/** The same from bytes; `name` is for the messages. */
export function parseFacts(bytes: Uint8Array, name: string): Facts {
  const at: At = { value: readDocument(bytes, name), part: "", problems: [] };
  const facts = isOurs(at) ? checkFacts(field(at, "facts")) : undefined;
  const [first, ...others] = at.problems;
  if (first === undefined && facts !== undefined) return facts;
  throw unfit(name, first ?? missing, others);
}

const missing: Problem = {
  code: "ERR_FACTS",
  pointer: "/facts",
  message: "`facts` is missing",
};

function isOurs(at: At): boolean {
  const remedy = "`wrun facts > host.json` writes one";
  if (!(at.value instanceof Map)) {
    wrong(at, "the document is not an object", remedy);
    return false;
  }
  const version = field(at, "wrunFacts");
  if (version.value === facts_version) return object(field(at, "facts")) !== undefined;
  if (version.value === undefined) wrong(version, "`wrunFacts` is missing", remedy);
  else
    wrong(
      version,
      `the facts are of another version than ${facts_version}, which this wrun reads`,
      "write them anew with the same version of wrun",
    );
  return false;
}

function readDocument(bytes: Uint8Array, name: string): Json {
  try {
    return readJson(bytes, name, bytes_max);
  } catch (error) {
    if (!(error instanceof WrunError)) throw error;
    throw new WrunError({ ...details(error), code: "ERR_FACTS", document: name });
  }
}

function details({ message, pointer, hint }: WrunError): Omit<ErrorDetails, "code"> {
  return { message, ...(pointer !== undefined && { pointer }), ...(hint && { hint }) };
}

function unfit(name: string, { message, pointer, hint }: Problem, others: Problem[]): WrunError {
  const more = others.slice(0, shown_max).map((each) => `${each.message} (${each.pointer})`);
  if (others.length > shown_max) more.push(`and ${others.length - shown_max} more`);
  return new WrunError({
    code: "ERR_FACTS",
    message: `\`${name}\` has no facts that can be used: ${message}`,
    pointer,
    document: name,
    ...(hint !== undefined && { hint }),
    ...(more.length > 0 && { because: more.join("; ") }),
  });
}

/** By read(2) until the end, so that a pipe will do: `ssh host wrun facts | wrun plan --facts /dev/stdin`. */
function readBytes(path: string): Uint8Array {
  try {
    const file = openSync(path, "r");
    try {
      return readAll(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
    const message = `cannot read the facts in \`${path}\`: ${errno}`;
    throw new WrunError({ code: "ERR_FACTS", message, errno, path, cause });
  }
}

/** One byte more than is allowed, for the reader to see that it is too much. */
function readAll(file: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let length = 0; length <= bytes_max; ) {
    const part = Buffer.allocUnsafe(Math.min(1 << 16, bytes_max + 1 - length));
    const count = readSync(file, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    length += count;
  }
  return Buffer.concat(parts);
}
