import { quote } from "../quote.ts";
import type { BlockIO, Resources, ThrottleDevice } from "../types.ts";
import { integer_max, uint32_max } from "./limit.ts";
import type { At } from "./value.ts";
import {
  defined,
  field,
  integer,
  list,
  named,
  object,
  record,
  required,
  string,
  text,
  unique,
  wrong,
} from "./value.ts";

type Lists = Required<Resources>;

/** config-linux.md#block-io. Which weights there can be is the policy engine's question: 0 is none. */
export function blockIO(at: At): BlockIO | undefined {
  if (object(at) === undefined) return undefined;
  return defined<BlockIO>({
    weight: weight(field(at, "weight")),
    leafWeight: weight(field(at, "leafWeight")),
    weightDevice: list(field(at, "weightDevice"), weightDevice),
    throttleReadBpsDevice: list(field(at, "throttleReadBpsDevice"), throttle),
    throttleWriteBpsDevice: list(field(at, "throttleWriteBpsDevice"), throttle),
    throttleReadIOPSDevice: list(field(at, "throttleReadIOPSDevice"), throttle),
    throttleWriteIOPSDevice: list(field(at, "throttleWriteIOPSDevice"), throttle),
  });
}

/** uint16 in the specification. */
function weight(at: At): number | undefined {
  return integer(at, 0, 65535);
}

type Device = { major: number; minor: number };

/** Both numbers must be there. */
function device(at: At): Device | undefined {
  const number = (name: string) =>
    required(field(at, name), (each) => integer(each, 0, integer_max));
  const [major, minor] = [number("major"), number("minor")];
  return major === undefined || minor === undefined ? undefined : { major, minor };
}

function weightDevice(at: At): NonNullable<BlockIO["weightDevice"]>[number] | undefined {
  if (object(at) === undefined) return undefined;
  const numbers = device(at);
  const [own, leaf] = [weight(field(at, "weight")), weight(field(at, "leafWeight"))];
  return numbers && { ...numbers, ...defined({ weight: own, leafWeight: leaf }) };
}

function throttle(at: At): ThrottleDevice | undefined {
  if (object(at) === undefined) return undefined;
  const numbers = device(at);
  const rate = required(field(at, "rate"), (each) => integer(each, 0, integer_max));
  return numbers && rate !== undefined ? { ...numbers, rate } : undefined;
}

/** config-linux.md#huge-page-limits. */
export function hugepages(at: At): Lists["hugepageLimits"] | undefined {
  const limits = list(at, (each) => {
    if (object(each) === undefined) return undefined;
    const pageSize = required(field(each, "pageSize"), sizeName);
    const limit = required(field(each, "limit"), (value) => integer(value, 0, integer_max));
    return pageSize === undefined || limit === undefined ? undefined : { pageSize, limit };
  });
  unique(at, limits, ({ pageSize }) => pageSize);
  return limits;
}

function sizeName(at: At): string | undefined {
  const value = string(at);
  if (value === undefined || /^[1-9][0-9]*[KMG]B$/.test(value)) return value;
  return wrong(at, `${named(at)} is ${quote(value)}, not a size such as 64KB, 2MB or 1GB`);
}

/** config-linux.md#network. */
export function network(at: At): Lists["network"] | undefined {
  if (object(at) === undefined) return undefined;
  const priorities = list(field(at, "priorities"), (each) => {
    if (object(each) === undefined) return undefined;
    const name = required(field(each, "name"), text);
    const priority = required(field(each, "priority"), uint32);
    return name === undefined || priority === undefined ? undefined : { name, priority };
  });
  return defined<Lists["network"]>({ classID: uint32(field(at, "classID")), priorities });
}

function uint32(at: At): number | undefined {
  return integer(at, 0, uint32_max);
}

/** config-linux.md#rdma; built without a prototype's help, as a device may have any name. */
export function rdma(at: At): Lists["rdma"] | undefined {
  const devices = object(at);
  if (devices === undefined) return undefined;
  const entries = [...devices.keys()].flatMap((name) => {
    const each = field(at, name);
    if (object(each) === undefined) return [];
    const hcaHandles = uint32(field(each, "hcaHandles"));
    const hcaObjects = uint32(field(each, "hcaObjects"));
    return [[name, defined({ hcaHandles, hcaObjects })] as const];
  });
  return Object.fromEntries(entries);
}

/** config-linux.md#unified. */
export function unified(at: At): Record<string, string> | undefined {
  return record(at, string);
}
