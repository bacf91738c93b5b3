// A profile by system call: for each one the rules that are left, in the order in which they are asked.

import { SeccompAction as Action, SeccompArch as Arch } from "../../generated/as/types";
import { COUNT } from "./calls";
import { Entry } from "./entry";
import { addMultiplexed } from "./multiplexed";
import { valueOf } from "./verdict";

/** Whether a rule counts beside those before it. */
export const enum Effect {
  Counts,
  /** It takes the place of rules with conditions and another action. */
  Replaces,
  /** A rule without conditions and with another action came before. */
  Lost,
}

export class Policy {
  entries: StaticArray<Entry[] | null> = new StaticArray<Entry[] | null>(COUNT);

  constructor(
    public action: Action,
    public errno: u32,
  ) {}

  value(): u32 {
    return valueOf(this.action, this.errno);
  }

  /** See the interface for how rules about the same call come together. */
  add(call: i32, entry: Entry): Effect {
    if (entry.value() == this.value()) return Effect.Counts;
    const list = this.entries[call];
    if (list && !list[0].conditions.length)
      return list[0].value() == entry.value() ? Effect.Counts : Effect.Lost;
    if (!entry.conditions.length) {
      this.entries[call] = [entry];
      return list && isOther(list, entry) ? Effect.Replaces : Effect.Counts;
    }
    const kept: Entry[] = list ? list : [];
    if (entry.isRepeated())
      for (let i: i32 = 0; i < entry.conditions.length; i++)
        kept.push(new Entry(entry.action, entry.errno, [entry.conditions[i]], entry.rule));
    else kept.push(entry);
    this.entries[call] = kept;
    return Effect.Counts;
  }

  /** The rules as they are on one architecture. */
  on(arch: Arch): StaticArray<Entry[] | null> {
    return arch == Arch.X86 ? addMultiplexed(this.entries) : this.entries;
  }
}

function isOther(list: Entry[], entry: Entry): bool {
  for (let i: i32 = 0; i < list.length; i++) if (list[i].value() != entry.value()) return true;
  return false;
}
