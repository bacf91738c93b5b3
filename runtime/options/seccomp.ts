import type { Facts } from "../../shim/facts/types.ts";
import { readProfile } from "../spec/profile.ts";
import type { Spec } from "../spec/types.ts";

/** Is it one of the words that are no path? */
export function isWord(seccomp: string): boolean {
  return seccomp === "default" || seccomp === "unconfined";
}

/**
 * `seccomp` over a spec. Both words take the profile of the bundle away; whether there is one instead is for the policy.
 *
 * Throws ERR_SECCOMP for a file that is none, and what checkSpec throws for what is in it.
 */
export function applySeccomp(
  spec: Spec,
  seccomp: string | undefined,
  facts: Pick<Facts, "arch" | "kernel">,
): Spec {
  if (seccomp === undefined) return spec;
  const { seccomp: _, ...linux } = spec.linux ?? {};
  if (isWord(seccomp)) return { ...spec, linux };
  const { arch, kernel } = facts;
  const capabilities = spec.process?.capabilities?.bounding ?? [];
  const profile = readProfile(seccomp, { arch, kernel, capabilities });
  return { ...spec, linux: { ...linux, ...(profile && { seccomp: profile }) } };
}
