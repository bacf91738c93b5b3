/** Parts of a spec as the records of the policy engine. */
import type {
  CapabilitiesSets,
  CgroupsBlockIo,
  CgroupsResources,
  CgroupsThrottleDevice,
  DevicesRule,
  NamespacesNeeds,
  NamespacesRequest,
} from "../../wasm/generated/host.js";
import type { BlockIO, DeviceRule, Spec, ThrottleDevice } from "../spec/types.ts";

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
  const { memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified } =
    spec.linux?.resources ?? {};
  return {
    ...(blockIO && { blockIo: blockIo(blockIO) }),
    hugepageLimits: hugepageLimits?.map(({ pageSize, limit }) => ({
      pageSize,
      limit: BigInt(limit),
    })),
    network: network && { classId: network.classID, priorities: network.priorities ?? [] },
    rdma:
      rdma &&
      Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => ({
        device,
        handles: hcaHandles,
        objects: hcaObjects,
      })),
    unified: unified && Object.entries(unified).map(([file, value]) => ({ file, value })),
    memory: memory && {
      limit: integer(memory.limit),
      reservation: integer(memory.reservation),
      swap: integer(memory.swap),
      kernel: integer(memory.kernel),
      kernelTcp: integer(memory.kernelTCP),
      swappiness: integer(memory.swappiness),
      disableOomKiller: memory.disableOOMKiller,
      useHierarchy: memory.useHierarchy,
      checkBeforeUpdate: memory.checkBeforeUpdate,
    },
    cpu: cpu && {
      shares: integer(cpu.shares),
      quota: integer(cpu.quota),
      period: integer(cpu.period),
      burst: integer(cpu.burst),
      idle: integer(cpu.idle),
      cpus: cpu.cpus ?? "",
      mems: cpu.mems ?? "",
      realtimeRuntime: integer(cpu.realtimeRuntime),
      realtimePeriod: integer(cpu.realtimePeriod),
    },
    pids: integer(pids?.limit),
  };
}

function blockIo(asked: BlockIO): CgroupsBlockIo {
  return {
    weight: asked.weight,
    leafWeight: asked.leafWeight,
    weightDevice: (asked.weightDevice ?? []).map((each) => ({ ...each, ...numbers(each) })),
    readBps: throttles(asked.throttleReadBpsDevice),
    writeBps: throttles(asked.throttleWriteBpsDevice),
    readIops: throttles(asked.throttleReadIOPSDevice),
    writeIops: throttles(asked.throttleWriteIOPSDevice),
  };
}

function throttles(list: ThrottleDevice[] = []): CgroupsThrottleDevice[] {
  return list.map((each) => ({ ...numbers(each), rate: BigInt(each.rate) }));
}

function numbers({ major, minor }: { major: number; minor: number }) {
  return { major: BigInt(major), minor: BigInt(minor) };
}

function integer(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

const device_kinds = { a: "all", c: "char", b: "block" } as const;

/**
 * Rules on devices; a number of -1 is every number, as in runc and crun.
 *
 * linux.devices adds none: config-linux.md#devices has the cgroup control access besides, runc and crun make the nodes
 * and leave it at that, and callers such as docker --device write both lists. A device in a user's bundle that the rules
 * do not allow is there and does not open.
 */
export function deviceRules(spec: Spec): DevicesRule[] {
  return (spec.linux?.resources?.devices ?? []).map(
    ({ allow, type = "a", major, minor, access = "" }: DeviceRule) => ({
      allow,
      kind: device_kinds[type],
      major: major === -1 ? undefined : major,
      minor: minor === -1 ? undefined : minor,
      access: {
        read: access.includes("r"),
        write: access.includes("w"),
        mknod: access.includes("m"),
      },
    }),
  );
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
