import { quote } from "../quote.ts";
import type { DeviceRule, Resources } from "../types.ts";
import { integer_max } from "./limit.ts";
import { blockIO, hugepages, network, rdma, unified } from "./resource-lists.ts";
import type { At } from "./value.ts";
import {
  boolean,
  defined,
  field,
  integer,
  list,
  named,
  object,
  oneOf,
  required,
  string,
  wrong,
} from "./value.ts";

/** config-linux.md#control-groups. What the numbers mean on this host is the policy engine's question (cgroups). */
export function checkResources(at: At): Resources | undefined {
  if (object(at) === undefined) return undefined;
  return defined<Resources>({
    memory: memory(field(at, "memory")),
    cpu: cpu(field(at, "cpu")),
    pids: pids(field(at, "pids")),
    devices: list(field(at, "devices"), rule),
    blockIO: blockIO(field(at, "blockIO")),
    hugepageLimits: hugepages(field(at, "hugepageLimits")),
    network: network(field(at, "network")),
    rdma: rdma(field(at, "rdma")),
    unified: unified(field(at, "unified")),
  });
}

/** int64 in the specification; -1 is "no limit". */
function amount(at: At): number | undefined {
  return integer(at, -1, integer_max);
}

function memory(at: At): Resources["memory"] {
  if (object(at) === undefined) return undefined;
  return defined<NonNullable<Resources["memory"]>>({
    limit: amount(field(at, "limit")),
    reservation: amount(field(at, "reservation")),
    swap: amount(field(at, "swap")),
    kernel: amount(field(at, "kernel")),
    kernelTCP: amount(field(at, "kernelTCP")),
    swappiness: integer(field(at, "swappiness"), 0, 100),
    disableOOMKiller: boolean(field(at, "disableOOMKiller")),
    useHierarchy: boolean(field(at, "useHierarchy")),
    checkBeforeUpdate: boolean(field(at, "checkBeforeUpdate")),
  });
}

function cpu(at: At): Resources["cpu"] {
  if (object(at) === undefined) return undefined;
  const positive = (name: string) => integer(field(at, name), 0, integer_max);
  return defined<NonNullable<Resources["cpu"]>>({
    shares: positive("shares"),
    quota: amount(field(at, "quota")),
    period: positive("period"),
    burst: positive("burst"),
    idle: integer(field(at, "idle"), 0, 1),
    cpus: cpuList(field(at, "cpus")),
    mems: cpuList(field(at, "mems")),
    realtimeRuntime: amount(field(at, "realtimeRuntime")),
    realtimePeriod: positive("realtimePeriod"),
  });
}

const ranges = /^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/;

/** cpuset(7), list format. */
function cpuList(at: At): string | undefined {
  const value = string(at);
  if (value === undefined || value === "" || isCpuList(value)) return value;
  return wrong(at, `${named(at)} is ${quote(value)}, not a list such as 0-3,7`);
}

/** Is it a list as in cpuset(7), such as 0-3,7, with every range forwards? */
export function isCpuList(value: string): boolean {
  if (!ranges.test(value)) return false;
  return value.split(",").every((range) => {
    const [from, to] = range.split("-").map(Number);
    return to === undefined || (from as number) <= to;
  });
}

function pids(at: At): Resources["pids"] {
  if (object(at) === undefined) return undefined;
  return defined<NonNullable<Resources["pids"]>>({ limit: amount(field(at, "limit")) });
}

/** The kernel has 32 bits for either number, and takes the highest for every number. */
const device_number_max = 2 ** 32 - 2;

/**
 * config-linux.md#allowed-device-list; a number left out or -1 is every number. Access has no default there: whether a
 * rule without one means anything is the policy engine's question (devices).
 */
function rule(at: At): DeviceRule | undefined {
  if (object(at) === undefined) return undefined;
  const allow = required(field(at, "allow"), boolean);
  const access = string(field(at, "access"));
  if (access !== undefined && !/^[rwm]*$/.test(access)) {
    return wrong(field(at, "access"), `${quote(access)} has more than the letters r, w and m`);
  }
  const type = oneOf(field(at, "type"), ["a", "c", "b"] as const);
  const major = integer(field(at, "major"), -1, device_number_max);
  const minor = integer(field(at, "minor"), -1, device_number_max);
  return allow === undefined
    ? undefined
    : defined<DeviceRule>({ allow, type, major, minor, access });
}
