// Block devices: io.stat of cgroup-v2.rst, blkio.throttle.* of cgroup-v1/blkio-controller.rst.

import { StatsIoDevice as Device } from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { Reader } from "./reader";
import { lines, number, pairOf, words } from "./text";

/** No host has as many; it bounds the memory. */
const DEVICES_MOST: i32 = 1024;

/** `8:16` as one key, -1 for what is no device number. */
function device(word: string): i64 {
  const colon = word.indexOf(":");
  if (colon < 0) return -1;
  const major = number(word.substring(0, colon));
  const minor = number(word.substring(colon + 1));
  if (!major || !minor || major.value > u32.MAX_VALUE || minor.value > u32.MAX_VALUE) return -1;
  return <i64>((major.value << 32) | minor.value);
}

class Devices {
  list: Device[] = [];
  isFull: bool = false;

  /** The device of this number; null when there are too many of them. */
  at(key: i64): Device | null {
    const major = <u32>(key >>> 32);
    const minor = <u32>key;
    for (let i: i32 = 0; i < this.list.length; i++)
      if (this.list[i].major == major && this.list[i].minor == minor) return this.list[i];
    this.isFull = this.isFull || this.list.length >= DEVICES_MOST;
    if (this.isFull) return null;
    const made = new Device(major, minor, null, null, null, null, null, null);
    this.list.push(made);
    return made;
  }
}

function pair(line: string[], key: string): Opt<u64> | null {
  const word = pairOf(line, key);
  return word !== null ? number(word) : null;
}

/** `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6` a line. */
function readUnified(text: string, devices: Devices): void {
  const list = lines(text);
  for (let i: i32 = 0; i < list.length && !devices.isFull; i++) {
    const line = words(list[i]);
    // Linux before 5.16 prints the number of a device without statistics and no line break: the last number counts.
    let key: i64 = -1;
    for (let j: i32 = 0; j < line.length && !line[j].includes("="); j++) key = device(line[j]);
    const found = key >= 0 ? devices.at(key) : null;
    if (!found) continue;
    found.readBytes = pair(line, "rbytes");
    found.writeBytes = pair(line, "wbytes");
    found.discardBytes = pair(line, "dbytes");
    found.reads = pair(line, "rios");
    found.writes = pair(line, "wios");
    found.discards = pair(line, "dios");
  }
}

/** `8:0 Read 1` a line; the sums (Sync, Async, Total) say nothing new. */
function readOld(text: string, bytes: bool, devices: Devices): void {
  const list = lines(text);
  for (let i: i32 = 0; i < list.length && !devices.isFull; i++) {
    const line = words(list[i]);
    const key = line.length == 3 ? device(line[0]) : -1;
    const found = key >= 0 ? devices.at(key) : null;
    if (!found) continue;
    const value = number(line[2]);
    if (line[1] == "Read") {
      if (bytes) found.readBytes = value;
      else found.reads = value;
    } else if (line[1] == "Write") {
      if (bytes) found.writeBytes = value;
      else found.writes = value;
    } else if (line[1] == "Discard") {
      if (bytes) found.discardBytes = value;
      else found.discards = value;
    }
  }
}

/** blk-throttle counts all that passes, BFQ what goes through it: it is the second choice. */
function oldText(reader: Reader, what: string, reasons: string[]): string | null {
  const text = reader.text(false, `blkio.throttle.${what}_recursive`, reasons);
  return text !== null ? text : reader.text(false, `blkio.bfq.${what}_recursive`, reasons);
}

export function ioOf(reader: Reader): Device[] | null {
  const devices = new Devices();
  const reasons: string[] = [];
  const unified = reader.text(true, "io.stat", reasons);
  const bytes = unified === null ? oldText(reader, "io_service_bytes", reasons) : null;
  const counts = unified === null ? oldText(reader, "io_serviced", reasons) : null;
  if (unified !== null) readUnified(unified, devices);
  if (bytes !== null) readOld(bytes, true, devices);
  if (counts !== null) readOld(counts, false, devices);
  if (devices.isFull) reasons.push(`there are more than ${DEVICES_MOST} devices`);
  if (!devices.isFull && (unified !== null || bytes !== null || counts !== null))
    return devices.list;
  reader.miss("io", reasons);
  return null;
}
