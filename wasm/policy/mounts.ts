// The options of mounts, sorted by the system call that they go to; config.md#linux-mount-options.

import {
  MountsAttributes as Attributes,
  MountsBind as Bind,
  MountsIdmap as Idmap,
  MountsPaths,
  MountsPlan,
  MountsPropagation as Propagation,
} from "../generated/as/types";
import {
  ATIME,
  ATIME_NOT,
  BIND,
  DEEP,
  EFFECTS,
  FLAG,
  FLAGS,
  IDMAP,
  KIND,
  NAMES,
  OFF,
  ON,
  PROPAGATION,
  RELATIME,
  REMOUNT,
  TMPCOPYUP,
  VALUE,
} from "./mount/table-options";
import { MASKED, READONLY, SIDE_CHANNELS } from "./mount/table-paths";
import { because } from "./report";

/** The bits of relatime, noatime and strictatime: mount_setattr(2) wants all of them in attr_clr, or it is EINVAL. */
const ATIME_FIELD: u32 = 0x70;
/** Not asked for. */
const UNSET: u32 = 0xffff;
/** A host with more has no thermal_throttle for each of them in a list. */
const CPUS_MOST: u32 = 8192;

/** MS_UNBINDABLE is 1 << 17, and the others follow in the order of the enum. */
const MS_FIRST_BIT: u32 = 17;

export function names(): string[] {
  const list: string[] = [];
  for (let i: i32 = 0; i < NAMES.length; i++) list.push(NAMES[i]);
  return list;
}

/** What an option does, 0 for a word of no table: that is the file system's own, as for mount(8). */
function effectOf(name: string): u32 {
  const index = NAMES.indexOf(name);
  return index < 0 ? 0 : EFFECTS[index];
}

/** Attributes of a mount, or of all that is mounted below it. */
class Half {
  private set: u32 = 0;
  private clear: u32 = 0;
  private atime: u32 = UNSET;

  mark(effect: u32): void {
    const kind = effect & KIND;
    const value = effect & VALUE;
    if (kind == ATIME) this.atime = value;
    else if (kind == ATIME_NOT) this.takeBack(value);
    else if (kind == ON) {
      this.set |= value;
      this.clear &= ~value;
    } else {
      this.clear |= value;
      this.set &= ~value;
    }
  }

  /**
   * `atime` and `nostrictatime` leave the kernel's default, also on a bind mount that inherits another mode. `norelatime`
   * only takes an earlier `relatime` back: since Linux 2.6.30 relatime is what mount(2) does without any flag.
   */
  private takeBack(mode: u32): void {
    if (this.atime == mode || (this.atime == UNSET && mode != RELATIME)) this.atime = RELATIME;
  }

  attributes(): Attributes {
    if (this.atime == UNSET) return new Attributes(this.set, this.clear);
    return new Attributes(this.set | this.atime, this.clear | ATIME_FIELD);
  }
}

function without(list: string[], one: string, other: string): string[] {
  const kept: string[] = [];
  for (let i: i32 = 0; i < list.length; i++)
    if (list[i] != one && list[i] != other) kept.push(list[i]);
  return kept;
}

function planOf(options: string[], index: i32): MountsPlan {
  const top = new Half();
  const deep = new Half();
  const why = because(
    "of options that contradict each other the later counts",
    `/mounts/${index}/options`,
  );
  const none = new Attributes(0, 0);
  const plan = new MountsPlan(none, none, [], null, Bind.None, [], false, false, Idmap.None, why);
  for (let i: i32 = 0; i < options.length; i++) {
    const name = options[i];
    const effect = effectOf(name);
    const kind = effect & KIND;
    if (!effect) plan.data.push(name);
    else if (kind == ON || kind == OFF || kind == ATIME || kind == ATIME_NOT)
      (effect & DEEP ? deep : top).mark(effect);
    else apply(plan, kind, effect & VALUE, (effect & DEEP) != 0);
  }
  plan.attributes = top.attributes();
  plan.recursive = deep.attributes();
  return plan;
}

function apply(plan: MountsPlan, kind: u32, value: u32, deep: bool): void {
  if (kind == FLAG) {
    const flag = FLAGS[2 * value];
    plan.fsFlags = without(plan.fsFlags, FLAGS[2 * value + 1], flag);
    if (flag.length) plan.fsFlags.push(flag);
  } else if (kind == PROPAGATION)
    plan.propagation = new Propagation(value, 1 << (MS_FIRST_BIT + value), deep);
  else if (kind == BIND) plan.bind = deep || plan.bind == Bind.Rbind ? Bind.Rbind : Bind.Bind;
  else if (kind == IDMAP) plan.idmap = deep ? Idmap.Ridmap : Idmap.Idmap;
  else if (kind == REMOUNT) plan.remount = true;
  else if (kind == TMPCOPYUP) plan.tmpcopyup = true;
}

export function decide(mounts: string[][]): MountsPlan[] {
  const plans: MountsPlan[] = [];
  for (let i: i32 = 0; i < mounts.length; i++) plans.push(planOf(mounts[i], i));
  return plans;
}

export function defaultPaths(cpus: u32): MountsPaths {
  if (!cpus) return new MountsPaths(MASKED, READONLY, because("as `runc spec`"));
  const masked = MASKED.concat(SIDE_CHANNELS);
  for (let cpu: u32 = 0; cpu < min<u32>(cpus, CPUS_MOST); cpu++)
    masked.push(`/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`);
  return new MountsPaths(masked, READONLY, because("as `runc spec`, and side channels besides"));
}
