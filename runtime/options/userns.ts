import { uint32_max } from "../spec/check/limit.ts";
import type { IdMapping } from "../spec/types.ts";
import { parseInteger } from "./number.ts";
import { usage } from "./usage.ts";

export type Userns =
  | { kind: "host" }
  | { kind: "own" }
  /** `size` ids that no other container has. */
  | { kind: "auto"; size: number }
  | { kind: "join"; path: string };

/** A Linux distribution's users, with the nobody of 65534. */
export const auto_size = 65536;

/** `host`, `own`, `auto`, `auto:size=N`, or the absolute path of a namespace to join. */
export function parseUserns(value: unknown, name: string): Userns {
  if (value === "host" || value === "own") return { kind: value };
  if (value === "auto") return { kind: "auto", size: auto_size };
  if (typeof value === "string" && value.startsWith("/")) return { kind: "join", path: value };
  const size = typeof value === "string" ? /^auto:size=(.*)$/.exec(value)?.[1] : undefined;
  if (size !== undefined) return { kind: "auto", size: parseInteger(size, name, 1, uint32_max) };
  throw usage(name, value, "one of `host`, `own`, `auto`, `auto:size=N` and a path");
}

/** `INSIDE:OUTSIDE:SIZE`. */
export function parseMapping(value: unknown, name: string): IdMapping {
  const parts = typeof value === "string" ? value.split(":") : [];
  if (parts.length !== 3)
    throw usage(name, value, "`INSIDE:OUTSIDE:SIZE`", "as in `0:100000:65536`");
  const [containerID, hostID, size] = parts.map((part) => parseInteger(part, name, 0, uint32_max));
  return { containerID, hostID, size } as IdMapping;
}
