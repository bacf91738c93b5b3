import { id_max, uint32_max } from "../spec/check/limit.ts";
import type { IdMapping } from "../spec/types.ts";
import { parseInteger } from "./number.ts";
import { usage } from "./usage.ts";

export type Userns =
  | { kind: "host" }
  | { kind: "own" }
  /** `size` ids that no other container has. */
  | { kind: "auto"; size: number }
  /** The caller's own ids are the same inside, or these; the others are the caller's subordinate ones. */
  | { kind: "keep"; uid: number | undefined; gid: number | undefined; size: number }
  | { kind: "join"; path: string };

/** A Linux distribution's users, with the nobody of 65534. */
export const auto_size = 65536;

/** `host`, `own`, `auto`, `auto:size=N`, `keep-id`, `keep-id:uid=N,gid=N,size=N`, or the path of a namespace to join. */
export function parseUserns(value: unknown, name: string): Userns {
  if (value === "host" || value === "own") return { kind: value };
  if (value === "auto") return { kind: "auto", size: auto_size };
  if (typeof value === "string" && value.startsWith("/")) return { kind: "join", path: value };
  const words = typeof value === "string" ? /^keep-id(?::(.+))?$/.exec(value) : null;
  if (words) return parseKeep(value, words[1], name);
  const size = typeof value === "string" ? /^auto:size=(.*)$/.exec(value)?.[1] : undefined;
  if (size !== undefined) return { kind: "auto", size: parseInteger(size, name, 1, uint32_max) };
  throw usage(name, value, "one of `host`, `own`, `auto`, `auto:size=N`, `keep-id` and a path");
}

/** As podman spells it: `keep-id:uid=200,gid=210`. */
function parseKeep(value: unknown, words: string | undefined, name: string): Userns {
  const given = new Map<string, number>();
  for (const word of words?.split(",") ?? []) {
    const [, key = "", number] = /^(uid|gid|size)=(.*)$/.exec(word) ?? [];
    if (key === "" || given.has(key)) {
      throw usage(name, value, "`keep-id` with `uid=N`, `gid=N` and `size=N`, each once at most");
    }
    const [min, max] = key === "size" ? [1, uint32_max] : [0, id_max];
    given.set(key, parseInteger(number, name, min, max));
  }
  const size = given.get("size") ?? auto_size;
  return { kind: "keep", uid: given.get("uid"), gid: given.get("gid"), size };
}

/** `INSIDE:OUTSIDE:SIZE`. */
export function parseMapping(value: unknown, name: string): IdMapping {
  const parts = typeof value === "string" ? value.split(":") : [];
  if (parts.length !== 3)
    throw usage(name, value, "`INSIDE:OUTSIDE:SIZE`", "as in `0:100000:65536`");
  const [containerID, hostID, size] = parts.map((part) => parseInteger(part, name, 0, uint32_max));
  return { containerID, hostID, size } as IdMapping;
}
