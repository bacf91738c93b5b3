// linux.resources.blockIO: cgroup-v2.rst "IO Interface Files", cgroup-v1/blkio-controller.rst, block/bfq-iosched.rst.

import {
  CgroupsBlockIo as BlockIo,
  CgroupsIoWeightFormula as IoWeightFormula,
  CgroupsThrottleDevice as Throttle,
  CgroupsVersion as Version,
  CgroupsWeightDevice as WeightDevice,
  ProblemCode,
} from "../../generated/as/types";
import { Draft } from "./draft";
import { IO_LEAST, IO_MOST, ioWeightOf } from "./io-weight";

/** 12 and 20 bits of dev_t. */
const MAJOR_MOST: i64 = 4095;
const MINOR_MOST: i64 = 1048575;
/** Operations a second are 32 bits in the kernel, of which v1 takes the lower ones: 2^32 would stop everything. */
const IOPS_MOST: u64 = 0xffffffff;
/** A list beyond this is no wish but an attack on the engine's memory. */
const DEVICES_MOST: i32 = 1024;

type What = i32;
const READ_BPS: What = 0;
const WRITE_BPS: What = 1;
const READ_IOPS: What = 2;
const WRITE_IOPS: What = 3;
const NAMES: StaticArray<string> = [
  "throttleReadBpsDevice",
  "throttleWriteBpsDevice",
  "throttleReadIOPSDevice",
  "throttleWriteIOPSDevice",
];
const KEYS: StaticArray<string> = ["rbps", "wbps", "riops", "wiops"];
const OLD_FILES: StaticArray<string> = [
  "blkio.throttle.read_bps_device",
  "blkio.throttle.write_bps_device",
  "blkio.throttle.read_iops_device",
  "blkio.throttle.write_iops_device",
];

function controller(pointer: string, isDefault: bool, draft: Draft): i32 {
  const isOld = draft.find("blkio") >= 0;
  const version = draft.host.version;
  const name = isOld ? "blkio" : draft.find("io") >= 0 ? "io" : "";
  if (name.length) return draft.controller(name, "/linux/resources" + pointer, isDefault);
  const usual = version == Version.V2 || version == Version.None ? "io" : "blkio";
  return draft.controller(usual, "/linux/resources" + pointer, isDefault);
}

function isWeight(weight: u64, pointer: string, draft: Draft): bool {
  if (weight >= IO_LEAST && weight <= IO_MOST) return true;
  draft.refuse(
    ProblemCode.Invalid,
    pointer,
    `a weight of \`${weight}\` is not within ${IO_LEAST} and ${IO_MOST}`,
    "leave it out, or give 0, for no wish",
  );
  return false;
}

function noScheduler(pointer: string, what: string, draft: Draft): void {
  draft.refuse(
    ProblemCode.Unsupported,
    pointer,
    `this kernel has no I/O scheduler with ${what}`,
    "load BFQ (modprobe bfq) and choose it in /sys/block/DEVICE/queue/scheduler, or leave it out",
  );
}

function formulaText(formula: IoWeightFormula): string {
  return formula == IoWeightFormula.Systemd
    ? "up to 100 as it is and above 100 + (weight - 100) * 9900 / 900, the systemd formula of crun"
    : "1 + ((weight - 10) * 9999) / 990, the linear formula of runc and crun";
}

/** `device` is "MAJ:MIN " or "". */
function planWeight(weight: u32, device: string, pointer: string, draft: Draft): void {
  if (!isWeight(weight, pointer, draft)) return;
  const at = controller(pointer, false, draft);
  if (at < 0) return;
  const features = draft.host.features;
  const unified = draft.isUnified(at);
  if (features.bfq) {
    const rule = `the weight ${weight} as it is, for BFQ, which the device must use as its I/O scheduler`;
    const old = device.length ? "blkio.bfq.weight_device" : "blkio.bfq.weight";
    draft.write(at, unified ? "io.bfq.weight" : old, `${device}${weight}`, rule, pointer);
  } else if (unified && features.iocost) {
    const formula = draft.formulas.ioWeight;
    const rule = `the weight ${weight}, by ${formulaText(formula)}`;
    draft.write(at, "io.weight", `${device}${ioWeightOf(weight, formula)}`, rule, pointer);
  } else if (!unified && features.cfq) {
    const file = device.length ? "blkio.weight_device" : "blkio.weight";
    draft.write(at, file, `${device}${weight}`, `the weight ${weight}`, pointer);
  } else noScheduler(pointer, "weights", draft);
}

function planLeaf(weight: u32, device: string, pointer: string, draft: Draft): void {
  if (!isWeight(weight, pointer, draft)) return;
  const at = controller(pointer, false, draft);
  if (at < 0) return;
  if (draft.isUnified(at) || !draft.host.features.cfq) {
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      draft.isUnified(at) ? "cgroup v2 has no leaf weights" : "CFQ alone has leaf weights",
      "leave it out: it is against cgroups within the container, of the I/O scheduler CFQ of Linux before 5.0",
    );
    return;
  }
  const file = device.length ? "blkio.leaf_weight_device" : "blkio.leaf_weight";
  draft.write(at, file, `${device}${weight}`, `the leaf weight ${weight}`, pointer);
}

/** "MAJ:MIN ", "" after a problem. */
function deviceOf(major: i64, minor: i64, pointer: string, draft: Draft): string {
  if (major >= 0 && major <= MAJOR_MOST && minor >= 0 && minor <= MINOR_MOST)
    return `${major}:${minor} `;
  draft.refuse(ProblemCode.Invalid, pointer, `\`${major}:${minor}\` is no number of a device`);
  return "";
}

function planWeightDevice(asked: WeightDevice, pointer: string, draft: Draft): void {
  const device = deviceOf(asked.major, asked.minor, pointer, draft);
  if (!device.length) return;
  const weight: u32 = asked.weight ? asked.weight!.value : 0;
  const leaf: u32 = asked.leafWeight ? asked.leafWeight!.value : 0;
  if (!asked.weight && !asked.leafWeight)
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `\`${asked.major}:${asked.minor}\` has neither weight nor leafWeight`,
      "one of them must be there (config-linux.md#block-io)",
    );
  if (weight) planWeight(weight, device, pointer + "/weight", draft);
  if (leaf) planLeaf(leaf, device, pointer + "/leafWeight", draft);
}

/** v2 takes anything but 1, which v1 does take (tg_set_limit: `val > 1`, else EINVAL). */
function isExpressed(rate: u64, unit: string, pointer: string, draft: Draft): bool {
  if (rate != 1) return true;
  draft.refuse(
    ProblemCode.Unsupported,
    pointer,
    `cgroup v2 takes no limit of \`1\` ${unit} a second`,
    "give 2 or more",
  );
  return false;
}

function planThrottle(list: Throttle[], what: What, draft: Draft): void {
  const base = "/blockIO/" + NAMES[what];
  if (isTooMany(list.length, base, draft)) return;
  for (let i: i32 = 0; i < list.length; i++) {
    const pointer = `${base}/${i}`;
    const device = deviceOf(list[i].major, list[i].minor, pointer, draft);
    if (!device.length) continue;
    const at = controller(pointer, list[i].rate == 0, draft);
    if (at < 0) continue;
    const asked = list[i].rate;
    const isOperations = what >= READ_IOPS;
    const rate = isOperations ? min<u64>(asked, IOPS_MOST) : asked;
    const note = rate == asked ? "" : ` (asked: ${asked}, beyond what the kernel counts)`;
    const unit = isOperations ? "operations" : "bytes";
    // 0 lifts a limit on v1; on v2 it is ERANGE, and `max` does.
    const rule = rate ? `at most ${rate} ${unit} a second${note}` : `no limit of ${unit} a second`;
    if (draft.isUnified(at)) {
      if (!isExpressed(rate, unit, pointer, draft)) continue;
      const value = `${device}${KEYS[what]}=${rate ? rate.toString() : "max"}`;
      draft.write(at, "io.max", value, rule, pointer);
    } else draft.write(at, OLD_FILES[what], `${device}${rate}`, rule, pointer);
  }
}

function isTooMany(count: i32, pointer: string, draft: Draft): bool {
  if (count <= DEVICES_MOST) return false;
  draft.refuse(
    ProblemCode.TooMany,
    pointer,
    `\`${count}\` devices: wrun takes ${DEVICES_MOST} at most`,
  );
  return true;
}

export function planBlockIo(asked: BlockIo, draft: Draft): void {
  const weight: u32 = asked.weight ? asked.weight!.value : 0;
  const leaf: u32 = asked.leafWeight ? asked.leafWeight!.value : 0;
  if (weight) planWeight(weight, "", "/blockIO/weight", draft);
  if (leaf) planLeaf(leaf, "", "/blockIO/leafWeight", draft);
  const devices = asked.weightDevice;
  if (!isTooMany(devices.length, "/blockIO/weightDevice", draft))
    for (let i: i32 = 0; i < devices.length; i++)
      planWeightDevice(devices[i], `/blockIO/weightDevice/${i}`, draft);
  planThrottle(asked.readBps, READ_BPS, draft);
  planThrottle(asked.writeBps, WRITE_BPS, draft);
  planThrottle(asked.readIops, READ_IOPS, draft);
  planThrottle(asked.writeIops, WRITE_IOPS, draft);
}
