/** Parts of a spec as the records of the policy engine. */
import type {
  CapabilitiesSets,
  CgroupsResources,
  NamespacesNeeds,
  NamespacesRequest,
} from "../../wasm/generated/host.js";
import type { Spec } from "../spec/types.ts";

export function namespaceRequests(spec: Spec): NamespacesRequest[] {
  return (spec.linux?.namespaces ?? []).map(({ type, path }) => ({ kind: type, path }));
}

export function namespaceNeeds(spec: Spec): NamespacesNeeds {
  const { uidMappings = [], gidMappings = [], timeOffsets = {}, sysctl = {} } = spec.linux ?? {};
  return {
    hostname: isGiven(spec.hostname),
    domainname: isGiven(spec.domainname),
    idMappings: uidMappings.length + gidMappings.length > 0,
    timeOffsets: Object.keys(timeOffsets).length > 0,
    sysctl: Object.keys(sysctl),
  };
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}

export function cgroupResources(spec: Spec): CgroupsResources {
  const { memory, cpu, pids } = spec.linux?.resources ?? {};
  return {
    memory: memory && {
      limit: integer(memory.limit),
      reservation: integer(memory.reservation),
      swap: integer(memory.swap),
    },
    cpu: cpu && {
      shares: integer(cpu.shares),
      quota: integer(cpu.quota),
      period: integer(cpu.period),
      burst: integer(cpu.burst),
      idle: integer(cpu.idle),
      cpus: cpu.cpus ?? "",
      mems: cpu.mems ?? "",
    },
    pids: integer(pids?.limit),
  };
}

function integer(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

/** A process without `capabilities` has none. */
export function capabilitySets(spec: Spec): CapabilitiesSets {
  const sets = spec.process?.capabilities ?? {};
  return {
    bounding: sets.bounding ?? [],
    effective: sets.effective ?? [],
    permitted: sets.permitted ?? [],
    inheritable: sets.inheritable ?? [],
    ambient: sets.ambient ?? [],
  };
}
