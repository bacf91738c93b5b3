import { errnos } from "./table-errno.ts";

const alias: Readonly<Record<string, string>> = {
  EWOULDBLOCK: "EAGAIN",
  EDEADLOCK: "EDEADLK",
  ENOTSUP: "EOPNOTSUPP",
};

let names: Map<number, string> | undefined;

/** The number of an errno name; throws RangeError for a name that Linux does not have. */
export function errnoNumber(name: string): number {
  const entry = errnos[alias[name] ?? name];
  if (!entry) throw new RangeError(`there is no errno \`${name}\``);
  return entry[0];
}

/** The name of an errno number, `E` and the number for one that is not known. */
export function errnoName(number: number): string {
  names ??= new Map(Object.entries(errnos).map(([name, [value]]) => [value, name]));
  return names.get(number) ?? `E${number}`;
}

/** What an errno means in words, as strerror(3) says it, starting in lower case; "" when not known. */
export function errnoText(name: string): string {
  return errnos[alias[name] ?? name]?.[1] ?? "";
}
