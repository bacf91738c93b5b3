// The same decisions in fewer rules: what later rules decide anyway goes, and so does what only says the default.

import { Reason } from "../../generated/as/types";
import { because } from "../report";
import { Entry } from "./entry";

export class Rules {
  constructor(
    public otherwise: bool,
    public otherwiseWhy: Reason,
    /** In order; the last that names an access of a device decides it. */
    public list: Entry[],
  ) {}

  isAllowAll(): bool {
    return this.otherwise && this.list.length == 0;
  }
}

/** Takes from each rule the access that a later rule decides for all of its devices. */
function reached(entries: Entry[]): Entry[] {
  const kept: Entry[] = [];
  for (let i: i32 = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    let access = entry.access;
    for (let k: i32 = 0; k < kept.length && access; k++)
      if (kept[k].covers(entry)) access &= ~kept[k].access;
    if (access) kept.push(access == entry.access ? entry : entry.withAccess(access));
  }
  return kept.reverse();
}

/** Does an earlier rule say otherwise about some access of it. */
function contradicts(entry: Entry, earlier: Entry[]): bool {
  for (let i: i32 = 0; i < earlier.length; i++)
    if (
      earlier[i].allow != entry.allow &&
      earlier[i].access & entry.access &&
      earlier[i].meets(entry)
    )
      return true;
  return false;
}

/**
 * What no rule names is denied. The runtime-spec is silent on it. A new v1 cgroup allows what its parent allows, but
 * runc starts from a list of nothing, and so does crun on v2: an empty list must not open the host's disks.
 */
export function compact(entries: Entry[]): Rules {
  const all = reached(entries);
  const rules = new Rules(false, because("what no rule allows is denied, as under runc"), []);
  const from = all.length > 0 && all[0].isEverything() ? 1 : 0;
  if (from) {
    rules.otherwise = all[0].allow;
    rules.otherwiseWhy = all[0].why;
  }
  for (let i: i32 = from; i < all.length; i++)
    if (all[i].allow != rules.otherwise || contradicts(all[i], rules.list)) rules.list.push(all[i]);
  return rules;
}
