/** A container that counts, and what it has counted: what it knows is in its memory alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Spec } from "../../runtime/spec/types.ts";
import { temporary } from "../run/rootfs.ts";

/** Writes 1, 2, 3 and so on, a line each, into /data/count. */
export const counter = "n=0; while :; do n=$((n+1)); echo $n >>/data/count; sleep 0.1; done";

/** A directory of the host as /data; another one there twice, of which one is read-only. */
export function withData(data: string, more: Partial<Spec> = {}): (spec: Spec) => Spec {
  const twice = temporary("twice");
  const bind = (destination: string, source: string, ...options: string[]) => {
    return { destination, type: "none", source, options: ["bind", ...options] };
  };
  return (spec) => ({
    ...spec,
    ...more,
    mounts: [
      ...(spec.mounts ?? []),
      bind("/data", data),
      bind("/data/one", twice, "nosuid"),
      bind("/data/two", twice, "ro", "noexec"),
    ],
    linux: { ...spec.linux, ...more.linux },
  });
}

export function counted(data: string): number[] {
  const path = join(data, "count");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
}

/** Has nothing been counted twice, or left out? */
export const isWhole = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => n === i + 1);
