import { WrunError } from "../error.ts";
import { pointer } from "./pointer.ts";
import { printable } from "./quote.ts";
import { decode } from "./utf8.ts";

/**
 * A JSON value as wrun sees it. Objects are maps, so no name in a document can reach a prototype. An integer that a
 * `number` cannot hold exactly is a `bigint`, which the checks refuse except where it has a known meaning (RLIM_INFINITY).
 */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** A config.json of a busy pod has some 30 KB; one that does not fit in 1 MiB is an attack or a mistake. */
export const bytes_max = 1 << 20;
export const depth_max = 64;
/** In UTF-16 units. Twice what execve(2) takes for one argument (MAX_ARG_STRLEN, 128 KiB). */
export const string_max = 1 << 18;
/** 2^64 has 20 digits; what is longer is no number of this format. */
const number_max = 40;

/**
 * Reads one JSON document (RFC 8259) strictly: valid UTF-8, no duplicate or `__proto__` properties, no lone surrogates,
 * no NUL, nothing after the value, all of it bounded.
 *
 * JSON.parse cannot be used: it keeps the last of two equal names, where another reader of the same file (an
 * admission check, say) keeps the first. `name` is the file name for the messages, `limit` in bytes. Throws ERR_CONFIG_INVALID with a
 * JSON pointer to what is wrong, and line:column (from 1, in characters) in the message.
 */
export function readJson(bytes: Uint8Array, name = "config.json", limit = bytes_max): Json {
  if (bytes.length > limit) {
    throw new WrunError({
      code: "ERR_CONFIG_INVALID",
      message: `\`${name}\` is larger than ${limit} bytes`,
      pointer: "",
    });
  }
  const { text, invalid } = decode(bytes);
  const reader = new Reader(text, name);
  if (invalid) reader.fail("a byte that is not UTF-8", text.length);
  return reader.document();
}

class Reader {
  readonly #text: string;
  readonly #name: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  document(): Json {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.fail("more text after the end of the document");
    return value;
  }

  #value(): Json {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#list();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(): JsonObject {
    const object: JsonObject = new Map();
    this.#enter();
    if (this.#is("}")) return object;
    do {
      this.#space();
      const start = this.#at;
      if (this.#text[start] !== '"') this.fail("no property name in double quotes", start);
      const key = this.#string();
      if (object.has(key)) this.fail(`the property \`${printable(key)}\` twice`, start, key);
      if (key === "__proto__") this.fail("a property named `__proto__`", start, key);
      this.#space();
      this.#expect(":");
      this.#space();
      this.#path.push(key);
      object.set(key, this.#value());
      this.#path.pop();
      this.#space();
    } while (this.#is(","));
    this.#expect("}");
    return object;
  }

  #list(): Json[] {
    const list: Json[] = [];
    this.#enter();
    if (this.#is("]")) return list;
    do {
      this.#space();
      this.#path.push(list.length);
      list.push(this.#value());
      this.#path.pop();
      this.#space();
    } while (this.#is(","));
    this.#expect("]");
    return list;
  }

  #enter(): void {
    if (this.#path.length >= depth_max) this.fail(`more than ${depth_max} levels`);
    this.#at++;
    this.#space();
  }

  /** The searches are native code: in a process that has just started, a loop over characters is not yet compiled. */
  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = text.indexOf('"', start);
    while (end > 0 && isEscaped(text, end, start)) end = text.indexOf('"', end + 1);
    if (end < 0) this.fail("a string without an end");
    const raw = text.slice(start, end);
    if (raw.length > string_max) this.fail(`a string of more than ${string_max} characters`, start);
    const special = raw.search(/[\\\p{Cc}]/u);
    if (special >= 0) this.#refuseControl(raw, start);
    this.#at = end + 1;
    return special >= 0 && raw.includes("\\") ? this.#unescape(raw, start) : raw;
  }

  /** Of the control characters RFC 8259 forbids those below U+0020. */
  #refuseControl(raw: string, start: number): void {
    const at = [...raw.matchAll(/\p{Cc}/gu)].find(([character]) => character < " ")?.index;
    if (at !== undefined) this.fail("a control character in a string", start + at);
  }

  #unescape(raw: string, start: number): string {
    const value = raw.replace(/\\(u[0-9a-fA-F]{4}|.)/gsu, (all, code: string, offset: number) => {
      if (code.length > 4) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return (
        escapes.get(code) ?? this.fail(`an unknown escape \`${printable(all)}\``, start + offset)
      );
    });
    if (value.includes("\0")) this.fail("a NUL character in a string", start);
    // With the `u` flag a class matches a surrogate only where it has no other half.
    if (/[\uD800-\uDFFF]/u.test(value)) this.fail("half of a surrogate pair", start);
    return value;
  }

  #number(): number | bigint {
    number.lastIndex = this.#at;
    const token = number.exec(this.#text)?.[0];
    if (token === undefined) this.fail(this.#found());
    if (token.length > number_max) this.fail(`a number of more than ${number_max} characters`);
    const value = Number(token);
    if (!Number.isFinite(value)) this.fail("a number beyond the range of a double");
    this.#at += token.length;
    return /^-?\d+$/.test(token) && !Number.isSafeInteger(value) ? BigInt(token) : value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.fail(this.#found());
    this.#at += word.length;
    return value;
  }

  #space(): void {
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    blank.lastIndex = this.#at;
    blank.test(this.#text);
    this.#at = blank.lastIndex;
  }

  #is(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#is(character)) this.fail(`${this.#found()} where \`${character}\` belongs`);
  }

  #found(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? "its end" : `\`${printable(String.fromCodePoint(code))}\``;
  }

  fail(what: string, at = this.#at, key?: string): never {
    const before = this.#text.slice(0, at).split("\n");
    const column = [...(before.at(-1) ?? "")].length + 1;
    throw new WrunError({
      code: "ERR_CONFIG_INVALID",
      message: `\`${this.#name}\` has ${what} at ${before.length}:${column}`,
      pointer: pointer(key === undefined ? this.#path : [...this.#path, key]),
    });
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const blank = /[ \t\n\r]*/y;

/** Is the quote at `end` escaped: has it an odd number of backslashes before it? */
function isEscaped(text: string, end: number, start: number): boolean {
  let from = end;
  while (from > start && text[from - 1] === "\\") from--;
  return (end - from) % 2 === 1;
}

const escapes = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
