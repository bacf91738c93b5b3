/** Facts of a host as the records of the policy engine. */
import type { Facts, Hierarchy } from "../../shim/facts/types.ts";
import type {
  CapabilitiesFacts,
  CgroupsFacts,
  DevicesFacts,
  IdMapsFacts,
  IdMapsMapping,
  NamespacesFacts,
  RlimitsFacts,
} from "../../wasm/generated/host.js";

/** linux/capability.h */
const [cap_setgid, cap_setuid, cap_sys_admin, cap_sys_resource] = [6n, 7n, 21n, 24n];

function has(facts: Facts, capability: bigint): boolean {
  return ((facts.user.effective >> capability) & 1n) === 1n;
}

/**
 * What forbids this user to make a user namespace, as `NAME = VALUE`, "" when nothing does.
 *
 * The first is for everybody, root included (ENOSPC); the other two are patches of Debian and Ubuntu that let pass
 * whoever has CAP_SYS_ADMIN.
 */
export function userDeniedBy(facts: Facts): string {
  const { max, unprivilegedClone, apparmorRestrict } = facts.userNamespaces;
  if (max === 0) return "user.max_user_namespaces = 0";
  if (has(facts, cap_sys_admin)) return "";
  if (unprivilegedClone === 0) return "kernel.unprivileged_userns_clone = 0";
  if (apparmorRestrict !== null && apparmorRestrict !== 0) {
    return `kernel.apparmor_restrict_unprivileged_userns = ${apparmorRestrict}`;
  }
  return "";
}

export function namespacesFacts(facts: Facts): NamespacesFacts {
  const deniedBy = userDeniedBy(facts);
  return {
    supported: Object.fromEntries(facts.namespaces.map((kind) => [kind, true])),
    privileged: has(facts, cap_sys_admin),
    userAllowed: deniedBy === "",
    userDeniedBy: deniedBy,
  };
}

export function idMapsFacts(facts: Facts): IdMapsFacts {
  const { uidMap, gidMap } = facts.userNamespaces;
  const { uids, gids, newuidmap, newgidmap } = facts.subordinate;
  return {
    pageSize: facts.pageSize,
    euid: facts.user.uid,
    egid: facts.user.gid,
    privileged: has(facts, cap_setuid) && has(facts, cap_setgid),
    parentUids: uidMap.map(mapping),
    parentGids: gidMap.map(mapping),
    subuids: uids,
    subgids: gids,
    newuidmap: newuidmap !== null,
    newgidmap: newgidmap !== null,
  };
}

/** One spelling for another: OCI writes `containerID`, the component model camelCase of `container-id`. */
export function mapping(line: {
  containerID: number;
  hostID: number;
  size: number;
}): IdMapsMapping {
  return { containerId: line.containerID, hostId: line.hostID, size: line.size };
}

export function cgroupsFacts(facts: Facts): CgroupsFacts {
  return {
    version: facts.cgroup.version,
    hierarchies: facts.cgroup.hierarchies,
    swap: facts.cgroup.swap,
    features: facts.cgroup.features,
    cpus: facts.cpus,
    totalMemory: BigInt(facts.memory_bytes),
    privileged: facts.user.uid === 0 && facts.userNamespaces.initial,
  };
}

/** `ownUser`: will the container be in a user namespace other than wrun's. */
export function devicesFacts(facts: Facts, ownUser: boolean): DevicesFacts {
  const within = (isOne: (hierarchy: Hierarchy) => boolean) => {
    const index = facts.cgroup.hierarchies.findIndex((h) => h.writable !== "none" && isOne(h));
    return index < 0 ? undefined : index;
  };
  const { initial } = facts.userNamespaces;
  return {
    v1: within(({ unified, controllers }) => !unified && controllers.includes("devices")),
    v2: within(({ unified }) => unified),
    privileged: initial && has(facts, cap_sys_admin),
    userNamespace: ownUser || !initial,
  };
}

/**
 * `isOwner`: will the container be in a user namespace other than wrun's. There it has all capabilities, whatever wrun
 * itself has (man 7 user_namespaces); otherwise none beyond wrun's bounding set, which execve enforces.
 */
export function capabilitiesFacts(facts: Facts, isOwner: boolean): CapabilitiesFacts {
  const all = (1n << BigInt(facts.lastCapability + 1)) - 1n;
  return { last: facts.lastCapability, available: isOwner ? all : facts.user.bounding & all };
}

export function rlimitsFacts(facts: Facts): RlimitsFacts {
  return {
    limits: Object.entries(facts.rlimits).map(([name, { soft, hard }]) => ({
      name,
      soft: rlimit(soft),
      hard: rlimit(hard),
    })),
    privileged: facts.userNamespaces.initial && has(facts, cap_sys_resource),
  };
}

/** -1 is RLIM_INFINITY, the highest number of 64 bits. */
export function rlimit(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}
