/** Hooks for tests, and the directory in which they tell that they ran. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Hook, HookKind, Spec } from "../../runtime/spec/types.ts";
import { temporary } from "../run/rootfs.ts";

/** In the order of a container's life. */
export const kinds: HookKind[] = [
  ...(["prestart", "createRuntime", "createContainer"] as const),
  ...(["startContainer", "poststart", "poststop"] as const),
];

/** A directory that hooks of the host write to by its path, and those of the container as /mnt. */
export const place = temporary("hooks");
export const log = join(place, "log");

/** A hook that runs a script: of the host, or the busybox in the container. `$dir` is the place. */
export function hook(kind: HookKind, script: string, more: Partial<Hook> = {}): Hook {
  const inside = kind === "startContainer";
  const dir = inside ? "/mnt" : place;
  return {
    path: "/bin/sh",
    args: ["sh", "-c", script, "zero", kind],
    env: [`dir=${dir}`, "PATH=/bin:/usr/bin"],
    ...more,
  };
}

/** Says in the log that it has run, with its state and where it was. */
export const tell = 'echo "$1 $(cat) $(pwd) $X" >>$dir/log';

export type Hooks = Partial<Record<HookKind, Hook[]>>;

/** One of each kind. */
export const all = (script = tell): Hooks =>
  Object.fromEntries(
    kinds.map((kind) => [
      kind,
      [hook(kind, script, { env: [...(hook(kind, "").env ?? []), "X=1"] })],
    ]),
  );

/** A spec with hooks, and the place as /mnt. */
export function withHooks(hooks: Hooks): (spec: Spec) => Spec {
  return (spec) => ({
    ...spec,
    hooks,
    annotations: { note: "x" },
    mounts: [
      ...(spec.mounts ?? []),
      { destination: "/mnt", type: "none", source: place, options: ["bind"] },
    ],
  });
}

/** The lines that hooks have written. */
export function logged(): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
}

export function clear(): void {
  rmSync(log, { force: true });
}

/** The kinds of the hooks that have run, where they say so first. */
export function ran(): string[] {
  return logged().map((line) => line.split(" ")[0] ?? "");
}
