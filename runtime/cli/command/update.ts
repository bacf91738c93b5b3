/** `wrun update`: new limits. */
import { readFileSync } from "node:fs";
import { WrunError } from "../../error.ts";
import { update } from "../../lifecycle/update.ts";
import { updateRdt } from "../../lifecycle/update-rdt.ts";
import { checkResourcesAlone } from "../../spec/check/check.ts";
import { readJson } from "../../spec/json.ts";
import type { Resources } from "../../spec/types.ts";
import { type Arguments, refuseRest, takeId, usageError } from "../flag.ts";
import { remark } from "../output.ts";

/** 0 when all limits are changed; throws what update() throws. */
export function execute({ values, rest }: Arguments): number {
  const [id, ...more] = takeId("update", "[flags] ID", rest);
  refuseRest("update", more);
  const file = values.get("resources");
  // As under runc: a file says all, and the flags then count for nothing.
  const resources = file === undefined ? fromFlags(values) : fromFile(file);
  for (const { message } of update(id, resources)) remark(`wrun: warning: ${message}\n`);
  if (file === undefined) updateRdt(id, values.get("l3-cache-schema"), values.get("mem-bw-schema"));
  return 0;
}

function fromFlags(values: ReadonlyMap<string, string>): Resources {
  const number = (name: string): number | undefined => {
    const text = values.get(name);
    if (text === undefined || text === "") return undefined;
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
      throw usageError(`\`--${name}\` is \`${text}\``, "it is a whole number");
    return Number(text);
  };
  const asked = {
    memory: {
      limit: bytes("memory", values),
      reservation: bytes("memory-reservation", values),
      swap: bytes("memory-swap", values),
    },
    cpu: {
      shares: number("cpu-share"),
      quota: number("cpu-quota"),
      period: number("cpu-period"),
      burst: number("cpu-burst"),
      idle: number("cpu-idle"),
      realtimeRuntime: number("cpu-rt-runtime"),
      realtimePeriod: number("cpu-rt-period"),
      cpus: values.get("cpuset-cpus"),
      mems: values.get("cpuset-mems"),
    },
    pids: { limit: number("pids-limit") },
    blockIO: { weight: number("blkio-weight") },
  };
  // Through the reader of config.json: the same limits of values, and the same errors.
  return checkResourcesAlone(readJson(Buffer.from(JSON.stringify(asked))), "the flags");
}

/** Bytes, or with the suffixes of docker: 64m is 64 MiB. */
function bytes(name: string, values: ReadonlyMap<string, string>): number | undefined {
  const text = values.get(name);
  if (text === undefined || text === "") return undefined;
  const [, digits, unit = ""] = /^(-1|\d+(?:\.\d+)?)([bkmgt]?)b?$/i.exec(text) ?? [];
  const factor = 1024 ** "bkmgt".indexOf(unit.toLowerCase() || "b");
  const value = Math.floor(Number(digits) * factor);
  if (digits === undefined || !Number.isSafeInteger(value))
    throw usageError(`\`--${name}\` is \`${text}\``, "it is a number of bytes, such as 64m, or -1");
  return value;
}

function fromFile(path: string): Resources {
  try {
    const text = readFileSync(path === "-" ? 0 : path);
    return checkResourcesAlone(readJson(text), path === "-" ? "standard input" : path);
  } catch (error) {
    if (error instanceof WrunError) throw error;
    const { code = "EIO" } = error as NodeJS.ErrnoException;
    throw usageError(`cannot read \`--resources ${path}\`: ${code}`, "it is a file, or `-`");
  }
}
