// linux.resources.cpu.cpus and .mems: lists as lib/bitmap-str.c bitmap_parselist() reads them.

import { CgroupsCpu as Cpu, ProblemCode } from "../../generated/as/types";
import { quote } from "../report";
import { Draft } from "./draft";

/** A write longer than a page is E2BIG (kernfs_fop_write_iter). */
const LIST_CHARS_MOST: i32 = 4095;
/** MAX_NUMNODES is at most 1 << 10. */
const NODES_MOST: u32 = 1024;
const DIGITS_MOST: i32 = 9;

/** Reads a list such as `0-3,8,16-31:1/2`; `fault` says what is wrong with it, "" when nothing is. */
class Reader {
  fault: string = "";
  highest: u32 = 0;
  private at: i32 = 0;

  constructor(private text: string) {
    let regions: i32 = 0;
    while (!this.fault.length) {
      while (this.is(0x2c) || this.is(0x20)) this.at++;
      if (this.at >= text.length) break;
      this.region();
      regions++;
    }
    if (!this.fault.length && regions == 0) this.fault = "it is empty";
  }

  private is(unit: i32): bool {
    return this.at < this.text.length && this.text.charCodeAt(this.at) == unit;
  }

  private skip(unit: i32): bool {
    if (!this.is(unit)) return false;
    this.at++;
    return true;
  }

  private number(): u32 {
    const start = this.at;
    let value: u32 = 0;
    while (this.at < this.text.length && this.at - start < DIGITS_MOST) {
      const digit = this.text.charCodeAt(this.at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + <u32>digit;
      this.at++;
    }
    if (this.at == start) this.fault = `a number is missing at character ${start + 1}`;
    return value;
  }

  private region(): void {
    const first = this.number();
    let last = first;
    if (!this.fault.length && this.skip(0x2d)) {
      last = this.number();
      if (!this.fault.length && last < first) this.fault = `${first}-${last} runs backwards`;
      if (!this.fault.length && this.skip(0x3a)) this.group();
    }
    if (this.fault.length) return;
    if (this.at < this.text.length && !this.is(0x2c) && !this.is(0x20))
      this.fault = `character ${this.at + 1} does not belong there`;
    this.highest = max<u32>(this.highest, last);
  }

  /** `:used/group`, the first `used` of every `group` ids. */
  private group(): void {
    const used = this.number();
    if (this.fault.length) return;
    if (!this.skip(0x2f)) {
      this.fault = `"/" is missing at character ${this.at + 1}`;
      return;
    }
    const size = this.number();
    if (!this.fault.length && (size == 0 || used == 0 || used > size))
      this.fault = `:${used}/${size} chooses nothing`;
  }
}

function planList(file: string, what: string, list: string, end: u32, draft: Draft): void {
  const pointer = "/cpu/" + what;
  if (list.length > LIST_CHARS_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      pointer,
      `a list of \`${list.length}\` characters: the kernel takes ${LIST_CHARS_MOST}`,
    );
    return;
  }
  const reader = new Reader(list);
  if (reader.fault.length) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `${what} ${quote(list)} is no list of numbers: ${reader.fault}`,
      'write it as in "0-3,8"',
    );
    return;
  }
  if (reader.highest >= end) {
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      `${what} ${quote(list)} names number \`${reader.highest}\`, this host ends at ${end - 1}`,
      `choose from \`0-${end - 1}\``,
    );
    return;
  }
  const at = draft.controller("cpuset", "/linux/resources" + pointer, false);
  if (at >= 0) draft.write(at, file, list, `${what} as given`, pointer);
}

export function planCpuset(asked: Cpu, draft: Draft): void {
  if (asked.cpus.length) planList("cpuset.cpus", "cpus", asked.cpus, draft.host.cpus, draft);
  if (asked.mems.length) planList("cpuset.mems", "mems", asked.mems, NODES_MOST, draft);
}
