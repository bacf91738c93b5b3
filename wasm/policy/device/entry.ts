// A rule on devices with the reason for it, and how two of them lie to each other.

import {
  DevicesAccess as Access,
  DevicesKind as Kind,
  DevicesRule as Rule,
  Reason,
} from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";

/** Every access: read, write and mknod. */
export const RWM: u32 = Access.Read | Access.Write | Access.Mknod;

/** Every number, the `*` of devices.allow. */
export const ANY: i64 = -1;

/** Not an index into the rules of the spec: a device that every container has. */
export const BUILT_IN: i32 = -1;

export class Entry {
  constructor(
    public allow: bool,
    public kind: Kind,
    public major: i64,
    public minor: i64,
    public access: u32,
    /** Which rule of the spec it is, or BUILT_IN. */
    public index: i32,
    public why: Reason,
  ) {}

  withAccess(access: u32): Entry {
    return new Entry(this.allow, this.kind, this.major, this.minor, access, this.index, this.why);
  }

  /** Are the devices of `other` all among those of this one. */
  covers(other: Entry): bool {
    return (
      (this.kind == Kind.All || this.kind == other.kind) &&
      (this.major == ANY || this.major == other.major) &&
      (this.minor == ANY || this.minor == other.minor)
    );
  }

  /** Is there a device that both are about. */
  meets(other: Entry): bool {
    return (
      (this.kind == Kind.All || other.kind == Kind.All || this.kind == other.kind) &&
      (this.major == ANY || other.major == ANY || this.major == other.major) &&
      (this.minor == ANY || other.minor == ANY || this.minor == other.minor)
    );
  }

  isEverything(): bool {
    return this.kind == Kind.All && this.major == ANY && this.minor == ANY && this.access == RWM;
  }

  toRule(): Rule {
    return new Rule(
      this.allow,
      this.kind,
      this.major == ANY ? null : new Opt<u32>(<u32>this.major),
      this.minor == ANY ? null : new Opt<u32>(<u32>this.minor),
      this.access,
    );
  }

  /** As devices.list writes it: `c 1:3 rwm`. */
  text(): string {
    const kind = this.kind == Kind.All ? "a" : this.kind == Kind.Char ? "c" : "b";
    return `${kind} ${numberText(this.major)}:${numberText(this.minor)} ${accessText(this.access)}`;
  }
}

function numberText(number: i64): string {
  return number == ANY ? "*" : number.toString();
}

export function accessText(access: u32): string {
  return (
    (access & Access.Read ? "r" : "") +
    (access & Access.Write ? "w" : "") +
    (access & Access.Mknod ? "m" : "")
  );
}
