/** For the tests of the runtime-spec's MUSTs: a bundle with one thing changed, and what a container of it says. */
import type { WrunError } from "../../runtime/error.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import type { Linux, Mount, Process, Spec } from "../../runtime/spec/types.ts";
import { shell } from "../lifecycle/place.ts";
import { launch, output, refusal, until } from "../run/launch.ts";
import { rootfs } from "../run/rootfs.ts";
import { leavesNothing, processes } from "../run/trace.ts";

export const needs = ["root", "busybox"] as const;

export type Change = (spec: Spec) => Spec;

/** Parts of a config.json: what is not named stays as wrun's own default has it. */
export interface Parts {
  process?: Partial<Process>;
  linux?: Linux;
  /** After those of the default. */
  mounts?: Mount[];
  top?: Partial<Spec>;
}

export const changed =
  ({ process, linux, mounts = [], top }: Parts): Change =>
  (spec) => ({
    ...spec,
    process: { cwd: "/", ...spec.process, ...process },
    linux: { ...spec.linux, ...linux },
    mounts: [...(spec.mounts ?? []), ...mounts],
    ...top,
  });

/** What a script prints in a container of the changed bundle. */
export const inside = (script: string, parts: Parts, options: RunOptions = {}): Promise<string> =>
  output(script, { bundle: shell("", changed(parts)), ...options });

/** config.json may hold what the types do not: wrong values are what some tests are about. */
export const raw = (value: unknown): Parts => value as Parts;

let isWarm = false;

/** Does something that must leave the host as it was. */
export async function alone<T>(act: () => Promise<T>): Promise<T> {
  // What the first container makes for all that follow is no trace of one.
  if (!isWarm) await launch("true");
  isWarm = true;
  await until(() => processes().length === 0, "the end of the containers before");
  return leavesNothing(act, rootfs());
}

/** The error of a container that must not come to be; nothing of it may be left. */
export function refused(parts: Parts, options: RunOptions = {}): Promise<WrunError> {
  const bundle = shell("true", changed(parts));
  return alone(() => refusal(launch("true", { bundle, ...options })));
}

/** Where in config.json a refused one is wrong, as a JSON pointer. */
export async function wrongAt(parts: Parts): Promise<string> {
  return (await refused(parts)).pointer ?? "";
}

/** The namespaces of the default, without some, and with others. */
export function namespaces(without: string[], ...more: NonNullable<Linux["namespaces"]>): Change {
  return (spec) => ({
    ...spec,
    linux: {
      ...spec.linux,
      namespaces: [
        ...(spec.linux?.namespaces ?? []).filter(({ type }) => !without.includes(type)),
        ...more,
      ],
    },
  });
}
