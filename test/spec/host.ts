import type { RequestHost } from "../../runtime/options/request.ts";
import { request } from "../../runtime/options/request.ts";
import type { RunOptions } from "../../runtime/options/types.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";

/** Every capability. */
const all = (1n << 41n) - 1n;
const whole = [{ containerID: 0, hostID: 0, size: 2 ** 32 - 1 }];

/** A caller for request(): its id, and what else a test wants other than usual. */
export function host(uid = 0, more: Partial<RequestHost["facts"]> = {}): RequestHost {
  return {
    facts: {
      user: { uid, gid: uid, name: "", home: "/", effective: uid === 0 ? all : 0n, bounding: all },
      userNamespaces: {
        initial: true,
        uidMap: whole,
        gidMap: whole,
        ...{ max: null, unprivilegedClone: null, apparmorRestrict: null },
      },
      cpus: 1,
      arch: "x64",
      kernel: { release: "6.18.0", major: 6, minor: 18 },
      cgroup: { version: "v2", hierarchies: [], swap: true, features: no_features },
      rlimits: { RLIMIT_NOFILE: { soft: 1048576, hard: 1048576 } },
      ...more,
    },
    cwd: "/work dir",
    term: "vt220",
    // The policy engine's answer is tested with it; here only what is asked matters.
    capabilities: (base, add, drop) =>
      [...(base ?? ["CAP_CHOWN", "CAP_KILL"]), ...add].filter((name) => !drop.includes(name)),
  };
}

export const ask = (options: RunOptions, uid = 0) => request(options, host(uid));
