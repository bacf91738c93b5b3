import { usage } from "./usage.ts";

const units = ["", "k", "m", "g", "t", "p"];

/**
 * A size in bytes: a number, or a string such as `64m`, `1.5G`, `512KiB`. Units are powers of 1024, as in memory(7) tools
 * and Docker; a fraction of a byte is cut off. Throws ERR_USAGE for anything else, and for what 2^53 does not hold.
 */
export function parseSize(value: unknown, name: string): number {
  const match = /^(\d+)(?:\.(\d{1,9}))?(?:([kmgtp]?)(?:i?b)?)$/i.exec(String(value));
  const numeric = typeof value === "string" || typeof value === "number";
  if (!numeric || match === null) throw usage(name, value, "a size", hint);
  const [, whole = "", fraction, unit = ""] = match;
  if (fraction !== undefined && unit === "")
    throw usage(name, value, "a whole number of bytes", hint);
  const factor = 1024 ** units.indexOf(unit.toLowerCase());
  const bytes = Number(whole) * factor + Math.floor(Number(`0.${fraction ?? "0"}`) * factor);
  if (!Number.isSafeInteger(bytes)) throw usage(name, value, "a size below 2^53 bytes");
  return bytes;
}

const hint = "sizes are bytes, or have a unit: `500k`, `64m`, `1.5g`";

/** A limit of one byte or more, or -1 for none. */
export function parseLimit(value: unknown, name: string): number {
  if (value === -1 || value === "-1") return -1;
  const bytes = parseSize(value, name);
  if (bytes < 1) throw usage(name, value, "a limit above 0", "-1 means no limit");
  return bytes;
}
