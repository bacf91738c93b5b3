import { SeccompAction as Action, SeccompCondition } from "../../generated/as/types";
import { valueOf } from "./verdict";

/** A rule as far as it is about one call. */
export class Entry {
  constructor(
    public action: Action,
    public errno: u32,
    public conditions: SeccompCondition[],
    /** Which rule of the profile it is. */
    public rule: i32,
  ) {}

  value(): u32 {
    return valueOf(this.action, this.errno);
  }

  isRepeated(): bool {
    let seen: u32 = 0;
    for (let i: i32 = 0; i < this.conditions.length; i++) {
      const bit: u32 = 1 << this.conditions[i].index;
      if (seen & bit) return true;
      seen |= bit;
    }
    return false;
  }
}
