import { WrunError } from "../error.ts";
import { argument_bytes_max, bytesOf } from "../spec/check/limit.ts";
import { hostname_hint, hostnameProblem } from "../spec/check/root.ts";
import { nameProblem } from "../spec/name.ts";
import { usage } from "./usage.ts";

/** A string that a system call can take: no NUL, not endless. */
export function parseText(value: unknown, name: string): string {
  if (typeof value !== "string") throw usage(name, value, "a string");
  if (value.includes("\0")) throw usage(name, value, "a string without NUL");
  if (bytesOf(value) > argument_bytes_max) {
    throw usage(name, value, `a string of at most ${argument_bytes_max} bytes`);
  }
  return value;
}

/** A path, absolute or not. */
export function parsePath(value: unknown, name: string): string {
  const path = parseText(value, name);
  if (path === "") throw usage(name, value, "a path");
  return path;
}

/** A path in the container, which has no working directory to start from. */
export function parseAbsolute(value: unknown, name: string): string {
  const path = parsePath(value, name);
  if (!path.startsWith("/")) throw usage(name, value, "an absolute path");
  return path;
}

/** True or false; a string such as "false" is a mistake, not a truth. */
export function parseBoolean(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw usage(name, value, "true or false");
  return value;
}

/** The id of a container. Throws ERR_ID_INVALID. */
export function parseName(value: unknown, name: string): string {
  const id = parseText(value, name);
  const problem = nameProblem(id);
  if (problem === undefined) return id;
  throw new WrunError({ code: "ERR_ID_INVALID", message: problem });
}

/** A hostname as sethostname(2) takes it. Throws ERR_HOSTNAME for one that is too long. */
export function parseHostname(value: unknown, name: string): string {
  const hostname = parseText(value, name);
  if (hostname === "") throw usage(name, value, "a hostname");
  const problem = hostnameProblem(hostname);
  if (problem === undefined) return hostname;
  throw new WrunError({
    code: "ERR_HOSTNAME",
    message: problem,
    hint: hostname_hint,
    pointer: "/hostname",
  });
}

/** Only what is said here: a name alone never means the host's value (CVE-2026-57231). */
export function parseEnv(value: unknown, name: string): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usage(name, value, "an object of strings");
  }
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (key === "" || /[=\0]/.test(key)) throw usage(name, key, "the name of a variable");
    return [key, parseText(text, `${name}.${key}`)];
  });
  return new Map(pairs);
}

/** A reader of arrays, from the reader of one item. */
export function listOf<T>(parse: (value: unknown, name: string) => T) {
  return (value: unknown, name: string): T[] => {
    if (!Array.isArray(value)) throw usage(name, value, "an array");
    return value.map((item) => parse(item, name));
  };
}

/** A reader of one of these words. */
export function oneOf<const T extends string>(words: readonly T[]) {
  return (value: unknown, name: string): T => {
    const known = words.find((word) => word === value);
    if (known === undefined) throw usage(name, value, `one of ${words.join(", ")}`);
    return known;
  };
}
