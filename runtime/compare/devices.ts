/** On cgroup v2: throttles and weights of single devices, and files of linux.resources.unified. */
import type {
  CgroupsBlockIo,
  CgroupsThrottleDevice,
  CgroupsUnifiedFile,
  CgroupsWeightDevice,
} from "../../wasm/generated/host.js";
import { error, type Outcome, type Part, type Runtime, writes } from "./outcome.ts";

const none = { weightDevice: [], readBps: [], writeBps: [], readIops: [], writeIops: [] };

const throttles = [
  ["readBps", "throttleReadBpsDevice", "rbps"],
  ["writeBps", "throttleWriteBpsDevice", "wbps"],
  ["readIops", "throttleReadIOPSDevice", "riops"],
  ["writeIops", "throttleWriteIOPSDevice", "wiops"],
] as const;

export function throttleParts(asked: CgroupsBlockIo): Part[] {
  return throttles.flatMap(([member, name, key]) =>
    asked[member].map((one, i) => ({
      pointer: `/blockIO/${name}/${i}`,
      alone: { blockIo: { ...none, [member]: [one] } },
      files: ["io.max"],
      theirs: throttleOf(key, one),
    })),
  );
}

/** All three write the number as it is. tg_set_limit() of the kernel's blk-throttle.c wants more than 1, or `max`. */
function throttleOf(key: string, { major, minor, rate }: CgroupsThrottleDevice): Outcome {
  const line = `${major}:${minor} ${key}=${rate}`;
  if (rate < 2n) return error(`\`${line}\` is written, and the kernel refuses it`);
  return writes("the number as it is", { "io.max": line });
}

export function weightParts(runtime: Runtime, asked: CgroupsBlockIo, bfq: boolean): Part[] {
  return asked.weightDevice.flatMap(({ leafWeight: _, ...one }, i) => {
    if (!one.weight) return [];
    const pointer = `/blockIO/weightDevice/${i}/weight`;
    const alone = { blockIo: { ...none, weightDevice: [one] } };
    const files = ["io.weight", "io.bfq.weight"];
    return [{ pointer, alone, files, theirs: weightOf(runtime, one, bfq) }];
  });
}

/** None of them uses io.weight for a device. */
function weightOf(
  runtime: Runtime,
  { major, minor, weight }: CgroupsWeightDevice,
  bfq: boolean,
): Outcome {
  if (bfq)
    return writes("BFQ takes the weight as it is", {
      "io.bfq.weight": `${major}:${minor} ${weight}`,
    });
  if (runtime === "runc") return writes("without BFQ it leaves weights of devices out", {});
  return error("it writes io.bfq.weight only, which is not there without BFQ");
}

/** What moves, stops or ends processes is a file like any other to them. */
export function unifiedParts(files: readonly CgroupsUnifiedFile[]): Part[] {
  return files
    .filter(({ file, value }) => /^cgroup\.[a-z_]+$/.test(file) && !value.includes("\n"))
    .map((one) => ({
      pointer: `/unified/${one.file}`,
      alone: { unified: [one] },
      files: [one.file],
      theirs: writes("as it is given", { [one.file]: one.value }),
    }));
}
