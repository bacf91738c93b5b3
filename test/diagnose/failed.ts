import type { FailedStep } from "../../runtime/diagnose/reason.ts";
import { explainStep } from "../../runtime/diagnose/step.ts";
import { no_features } from "../../shim/facts/cgroup-features.ts";
import type { Facts } from "../../shim/facts/types.ts";

/** Of an ordinary user on a plain host. */
export const facts: Facts = {
  arch: "x64",
  kernel: { release: "6.1.0", major: 6, minor: 1 },
  pageSize: 4096,
  cpus: 2,
  memory_bytes: 2 ** 31,
  user: { uid: 1000, gid: 1000, name: "u", home: "/", effective: 0n, bounding: ~0n },
  lastCapability: 40,
  namespaces: ["user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time"],
  userNamespaces: {
    initial: true,
    uidMap: [],
    gidMap: [],
    max: 15000,
    unprivilegedClone: null,
    apparmorRestrict: null,
  },
  subordinate: { uids: [], gids: [], newuidmap: null, newgidmap: null },
  cgroup: { version: "v2", hierarchies: [], swap: true, features: no_features },
  mounts: [],
  root: { directories: [], links: [] },
  rlimits: { RLIMIT_NOFILE: { soft: 1024, hard: 4096 }, RLIMIT_NPROC: { soft: 99, hard: 99 } },
  lsm: ["capability", "apparmor"],
  resctrl: null,
  seccomp: true,
};

/** Of root on that host. */
export const root = { ...facts, user: { ...facts.user, uid: 0, gid: 0, effective: ~0n } };

export function withUsers(more: Partial<Facts["userNamespaces"]>): Facts {
  return { ...facts, userNamespaces: { ...facts.userNamespaces, ...more } };
}

/** Explains a step of that user's that failed. */
export function explain(
  syscall: string,
  errno: string,
  purpose: Partial<FailedStep["purpose"]> = {},
  more: Partial<FailedStep> = {},
) {
  const words = { say: "do it", code: "ERR_LAUNCH", ...purpose };
  const who = { uid: 1000, gid: 1000 };
  return explainStep({ purpose: words, syscall, errno, index: 3, of: 9, facts, who, ...more });
}
