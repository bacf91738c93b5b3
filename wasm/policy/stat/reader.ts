// Where a number may come from, the first place that has it, and why none has.

import {
  StatsAbsence as Absence,
  StatsFile as File,
  StatsLimit as Limit,
} from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { plain, quote } from "../report";
import { number, trim, valueOf } from "./text";

/** PAGE_COUNTER_MAX in bytes, with the largest pages that Linux has: what v1 says for no limit. */
const V1_UNLIMITED: u64 = 0x7fffffffffff0000;

/** In UTF-16 units: a hundred times what such a file has. */
const TEXT_MOST: i32 = 1 << 17;

/** One number of one file: the whole of it, or a line by its key; `times` over `per` makes the unit. */
export class Source {
  constructor(
    public unified: bool,
    public file: string,
    public key: string,
    public times: u64,
    public per: u64,
  ) {}
}

export function v2(file: string, key: string = "", times: u64 = 1, per: u64 = 1): Source {
  return new Source(true, file, key, times, per);
}

export function v1(file: string, key: string = "", times: u64 = 1, per: u64 = 1): Source {
  return new Source(false, file, key, times, per);
}

export class Reader {
  constructor(
    public files: File[],
    public absent: Absence[],
  ) {}

  /** The content of a file; null when it is missing, and then a reason is told. */
  text(unified: bool, name: string, reasons: string[]): string | null {
    for (let i: i32 = 0; i < this.files.length; i++) {
      const file = this.files[i];
      if (file.unified != unified || file.name != name) continue;
      const text = file.content.text;
      const missing = file.content.missing;
      if (text !== null && text.length <= TEXT_MOST) return text;
      if (missing !== null) reasons.push(`\`${name}\`: ${plain(missing)}`);
      else reasons.push(`\`${name}\` is longer than ${TEXT_MOST} characters`);
      return null;
    }
    reasons.push(`\`${name}\` of cgroup ${unified ? "v2" : "v1"} was not read`);
    return null;
  }

  miss(field: string, reasons: string[]): void {
    this.absent.push(new Absence(field, reasons.join("; ")));
  }

  /** The word at a place, without unit. */
  private word(source: Source, reasons: string[]): string | null {
    const text = this.text(source.unified, source.file, reasons);
    if (text === null) return null;
    if (!source.key.length) return trim(text);
    const value = valueOf(text, source.key);
    if (value === null) reasons.push(`\`${source.file}\` has no line \`${source.key}\``);
    return value;
  }

  private scaled(source: Source, word: string, reasons: string[]): Opt<u64> | null {
    const found = number(word);
    if (!found || found.value > u64.MAX_VALUE / source.times) {
      reasons.push(`${quote(word)} in \`${source.file}\` is no number of 64 bits`);
      return null;
    }
    return new Opt<u64>((found.value * source.times) / source.per);
  }

  private find(sources: Source[], reasons: string[]): Opt<u64> | null {
    for (let i: i32 = 0; i < sources.length; i++) {
      const word = this.word(sources[i], reasons);
      const value = word !== null ? this.scaled(sources[i], word, reasons) : null;
      if (value) return value;
    }
    return null;
  }

  /** The number of the first source that has one. */
  count(field: string, sources: Source[]): Opt<u64> | null {
    const reasons: string[] = [];
    const value = this.find(sources, reasons);
    if (!value) this.miss(field, reasons);
    return value;
  }

  /** A limit, of which `max` (v2) and numbers from `unlimited` on (v1) mean that there is none. */
  limit(field: string, sources: Source[], unlimited: u64 = V1_UNLIMITED): Limit | null {
    const reasons: string[] = [];
    for (let i: i32 = 0; i < sources.length; i++) {
      const word = this.word(sources[i], reasons);
      if (word === null) continue;
      if (word == "max") return Limit.Unlimited();
      const value = this.scaled(sources[i], word, reasons);
      if (!value) continue;
      const isNone = !sources[i].unified && value.value >= unlimited;
      return isNone ? Limit.Unlimited() : Limit.At(value.value);
    }
    this.miss(field, reasons);
    return null;
  }
}
