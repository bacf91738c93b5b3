import type { Spec } from "../spec/types.ts";
import type { FoundUser } from "../spec/user.ts";

/**
 * A spec for the user that was looked up: ids, HOME unless it is set, and for any user but root no capability to begin
 * with, only the bounding set that a setuid program may draw from (CVE-2016-8867).
 */
export function applyUser(spec: Spec, found: FoundUser): Spec {
  const { uid, gid, additionalGids, home } = found;
  const before = spec.process;
  const env = before?.env ?? [];
  const none = { effective: [], permitted: [], inheritable: [], ambient: [] };
  return {
    ...spec,
    process: {
      cwd: "/",
      ...before,
      user: { ...before?.user, uid, gid, additionalGids },
      env: env.some((entry) => entry.startsWith("HOME=")) ? env : [...env, `HOME=${home}`],
      ...(before?.capabilities &&
        uid !== 0 && { capabilities: { ...before.capabilities, ...none } }),
    },
  };
}
