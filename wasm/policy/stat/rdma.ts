// The rdma controller, whose files are the same on v1 and v2: cgroup-v1/rdma.rst.

import { StatsLimit as Limit, StatsRdmaDevice as Device } from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { Reader } from "./reader";
import { lines, number, pairOf, valueOf, words } from "./text";

const DEVICES_MOST: i32 = 256;

/** `mlx4_0 hca_handle=2 hca_object=max` a device. */
function count(line: string[], key: string): Opt<u64> | null {
  const word = pairOf(line, key);
  return word !== null ? number(word) : null;
}

function limit(line: string[] | null, key: string): Limit | null {
  const word = line !== null ? pairOf(line, key) : null;
  if (word === null) return null;
  if (word == "max") return Limit.Unlimited();
  const value = number(word);
  return value ? Limit.At(value.value) : null;
}

function either(reader: Reader, name: string, reasons: string[]): string | null {
  const text = reader.text(true, name, reasons);
  return text !== null ? text : reader.text(false, name, reasons);
}

function isAmong(devices: Device[], name: string): bool {
  for (let i: i32 = 0; i < devices.length; i++) if (devices[i].name == name) return true;
  return false;
}

export function rdmaOf(reader: Reader): Device[] | null {
  const reasons: string[] = [];
  const current = either(reader, "rdma.current", reasons);
  if (current === null) {
    reader.miss("rdma", reasons);
    return null;
  }
  const most = either(reader, "rdma.max", reasons);
  const devices: Device[] = [];
  const list = lines(current);
  for (let i: i32 = 0; i < list.length && devices.length < DEVICES_MOST; i++) {
    const line = words(list[i]);
    if (line.length < 2 || isAmong(devices, line[0])) continue;
    const rest = most !== null ? valueOf(most, line[0]) : null;
    const limits = rest !== null ? words(rest) : null;
    devices.push(
      new Device(
        line[0],
        count(line, "hca_handle"),
        count(line, "hca_object"),
        limit(limits, "hca_handle"),
        limit(limits, "hca_object"),
      ),
    );
  }
  return devices;
}
