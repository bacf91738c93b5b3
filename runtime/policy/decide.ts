/** What a container's spec means on this host: everything that the policy engine decides, in one call. */
import type { Facts } from "../../shim/facts/types.ts";
import type {
  CapabilitiesPlan,
  CgroupsPlan,
  DevicesPlan,
  DevicesRule,
  IdMapsExtent,
  IdMapsMountPlan,
  IdMapsPlan,
  IdMapsWhich,
  MountsPlan,
  NamespacesPlan,
  Problem,
  RdtPlan,
  RlimitsSetting,
  SeccompPlan,
  SysctlsWrite,
} from "../../wasm/generated/host.js";
import type { Spec } from "../spec/types.ts";
import {
  capabilitiesFacts,
  cgroupsFacts,
  devicesFacts,
  idMapsFacts,
  mapping,
  namespacesFacts,
  rlimit,
  rlimitsFacts,
} from "./facts.ts";
import { Memo } from "./memo.ts";
import { mountPlans } from "./mounts.ts";
import { policy } from "./policy.ts";
import { collect, type Finding, isSome, problemError } from "./problem.ts";
import { rdtPlan } from "./rdt.ts";
import {
  capabilitySets,
  cgroupResources,
  deviceRules,
  namespaceNeeds,
  namespaceRequests,
} from "./request.ts";
import { seccompArch, seccompPlan } from "./seccomp.ts";

export interface DecideInput {
  spec: Spec;
  facts: Facts;
  /** Names the cgroup when the spec has no cgroupsPath. */
  id: string;
  /** Ids of the host that other containers have; automatic maps keep clear of them. */
  takenIds?: readonly IdMapsExtent[];
  /** How many ids an automatic map has, where that many are to be had. */
  autoSize?: number;
  /** Maps the caller's own ids to these, or to the same, where the spec gives no map. */
  keep?: { uid: number | undefined; gid: number | undefined } | undefined;
  /** Does a spec without linux.seccomp get wrun's own filter? */
  defaultSeccomp?: boolean;
}

export interface Decisions {
  namespaces: NamespacesPlan;
  /** null unless a user namespace is created. */
  uidMap: IdMapsPlan | null;
  gidMap: IdMapsPlan | null;
  cgroups: CgroupsPlan;
  /** What enforces linux.resources.devices, with every device that is allowed. */
  devices: DevicesPlan;
  capabilities: CapabilitiesPlan;
  /** null without a filter. */
  seccomp: SeccompPlan | null;
  /** The options of each of spec.mounts, sorted. */
  mounts: MountsPlan[];
  /** Of each of spec.mounts the ids it changes, null for an ordinary one. */
  idMappedMounts: (IdMapsMountPlan | null)[];
  rlimits: RlimitsSetting[];
  sysctls: SysctlsWrite[];
  /** null unless linux.intelRdt is asked for. */
  rdt: RdtPlan | null;
  /** What was asked for and has no effect here; none of it is a reason not to run. */
  warnings: Problem[];
}

/** A Linux distribution's users, with the nobody of 65534. */
const auto_size_default = 65536;

/**
 * Decides on everything that the engine knows. Pure but for loading the engine: it can plan for any host.
 *
 * Throws one WrunError for all problems: ERR_NAMESPACE, ERR_USERNS_DENIED, ERR_IDMAP, ERR_CGROUP,
 * ERR_CGROUP_CONTROLLER or ERR_SECCOMP for the first, the others in `because`.
 */
export function decide(input: DecideInput): Decisions {
  const { spec, facts, id } = input;
  const findings: Finding[] = [];
  const namespaces = collect("namespaces", findings, () =>
    policy().namespaces.decide(
      namespaceRequests(spec),
      namespaceNeeds(spec),
      namespacesFacts(facts),
    ),
  );
  const uidMap = createsUser(spec) ? idMap("uid", input, findings) : null;
  const gidMap = createsUser(spec) ? idMap("gid", input, findings) : null;
  const cgroups = collect("cgroups", findings, () =>
    policy().cgroups.decide(
      cgroupResources(spec),
      spec.linux?.cgroupsPath ?? "",
      id,
      cgroupsFacts(facts),
    ),
  );
  const isOwner = namespaces !== undefined && namespaces.user !== "share";
  const devices = collect("devices", findings, () => devicesPlan(spec, facts, isOwner));
  const capabilities = policy().capabilities.decide(
    capabilitySets(spec),
    capabilitiesFacts(facts, isOwner),
  );
  const seccomp = collect("seccomp", findings, () =>
    seccompPlan(
      spec.linux?.seccomp,
      input.defaultSeccomp ?? false,
      capabilities.bounding,
      seccompArch(facts),
    ),
  );
  const { mounts, idMappedMounts } = mountPlans(input, findings, uidMap, gidMap);
  const rlimits = collect("rlimits", findings, () => limits(spec, facts));
  const sysctls = collect("sysctls", findings, () =>
    policy().sysctls.decide(
      Object.entries(spec.linux?.sysctl ?? {}).map(([name, value]) => ({ name, value })),
    ),
  );
  const rdt = collect("rdt", findings, () => rdtPlan(spec, id, facts));
  if (isSome(findings)) throw problemError(findings);
  if (seccomp === undefined) throw new RangeError("the policy engine gave no filter");
  if (!namespaces || uidMap === undefined || gidMap === undefined || !cgroups || !devices)
    throw new RangeError("the policy engine gave neither an answer nor a problem");
  if (!rlimits || !sysctls || rdt === undefined) {
    throw new RangeError("the policy engine gave neither an answer nor a problem");
  }
  const warnings = [
    ...cgroups.warnings,
    ...capabilities.warnings,
    ...(seccomp?.warnings ?? []),
    ...(rdt?.warnings ?? []),
  ];
  return {
    ...{ namespaces, uidMap, gidMap, cgroups, devices, capabilities, seccomp },
    ...{ mounts, idMappedMounts, rlimits, sysctls, rdt, warnings },
  };
}

/** A quarter of a whole plan, and most containers have the rules of the one before. */
function devicesPlan(spec: Spec, facts: Facts, isOwner: boolean): DevicesPlan {
  const asked = {
    rules: deviceRules(spec),
    host: devicesFacts(facts, isOwner || asksUser(spec)),
  };
  return devicesPlans.get(asked, () => policy().devices.decide(asked.rules, asked.host));
}

const devicesPlans = new Memo<
  { rules: DevicesRule[]; host: ReturnType<typeof devicesFacts> },
  DevicesPlan
>(16);

function limits(spec: Spec, facts: Facts): RlimitsSetting[] {
  const asked = spec.process?.rlimits ?? [];
  if (asked.length === 0) return [];
  return policy().rlimits.decide(
    asked.map(({ type, soft, hard }) => ({ name: type, soft: rlimit(soft), hard: rlimit(hard) })),
    rlimitsFacts(facts),
  );
}

/** From the spec, so that the rest is checked even when the namespaces have a problem. */
function asksUser(spec: Spec): boolean {
  return (spec.linux?.namespaces ?? []).some(({ type }) => type === "user");
}

function createsUser(spec: Spec): boolean {
  return (spec.linux?.namespaces ?? []).some(
    ({ type, path }) => type === "user" && path === undefined,
  );
}

function idMap(
  which: IdMapsWhich,
  { spec, facts, takenIds = [], autoSize = auto_size_default, keep }: DecideInput,
  findings: Finding[],
): IdMapsPlan | undefined {
  const key = which === "uid" ? "uidMappings" : "gidMappings";
  const given = (spec.linux?.[key] ?? []).map(mapping);
  const host = idMapsFacts(facts);
  return collect("id-maps", findings, () => {
    const { automatic, explicit, keep: kept } = policy().idMaps;
    if (given.length > 0) return explicit(which, given, host, `/linux/${key}`);
    if (keep) return kept(which, keep[which], autoSize, host);
    return automatic(which, autoSize, [...takenIds], host);
  });
}
