import type { CgroupsResources } from "../../wasm/generated/host.js";

/** What a runtime does with one part of linux.resources: files that it writes, or an error. */

export const runtimes = ["runc", "crun", "youki"] as const;
export type Runtime = (typeof runtimes)[number];

/** Those whose sources the rules of this folder were read from. */
export const versions: Record<Runtime, string> = {
  runc: "1.5.0",
  crun: "1.29.1",
  youki: "0.7.0",
};

/** One part of the resources: what it asks for alone, the files that it is about, and what they do. */
export interface Part {
  /** Below /linux/resources. */
  pointer: string;
  alone: CgroupsResources;
  files: string[];
  theirs: Outcome;
}

export type Outcome =
  | { kind: "writes"; writes: ReadonlyMap<string, string>; why: string }
  | { kind: "error"; why: string };

/** Files and values; what is undefined is not written. */
export function writes(why: string, values: Record<string, string | undefined>): Outcome {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  return { kind: "writes", writes: new Map(entries), why };
}

export function error(why: string): Outcome {
  return { kind: "error", why };
}
