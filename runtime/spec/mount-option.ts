import type { Atime, Effect, Propagation } from "./table-mount-option.ts";
import { attr, mountOptions, propagations } from "./table-mount-option.ts";

/** The options of one mount, sorted by the system call that they go to. */
export interface MountOptions {
  /** MOUNT_ATTR_* for mount_setattr(2) on the mount itself. For fsmount(2) `attrSet` alone is its attr_flags. */
  attrSet: number;
  attrClear: number;
  /** The same with AT_RECURSIVE. */
  recursiveSet: number;
  recursiveClear: number;
  /** fsconfig(2) FSCONFIG_SET_FLAG, for new file systems. */
  fsFlags: string[];
  /** mount_setattr(2) `propagation`; one call each, the last wins in the kernel as it does here. */
  propagation: { type: Propagation; flag: number; recursive: boolean } | null;
  bind: false | "bind" | "rbind";
  /** Options of the file system: `size=64k` is a string for fsconfig(2), a word without `=` a flag. */
  data: string[];
  remount: boolean;
  tmpcopyup: boolean;
  idmap: false | "idmap" | "ridmap";
}

interface Half {
  set: number;
  clear: number;
  atime: Atime | "default" | undefined;
}

/**
 * Sorts the options of a mount (config.md#linux-mount-options); of two that contradict each other the later wins.
 *
 * `ro` makes the mount read-only, not the file system, as nothing but a block device would tell them apart.
 * A word that the specification does not list is the file system's own, as mount(8) does it.
 */
export function mountOptionsOf(options: readonly string[]): MountOptions {
  const result: MountOptions = {
    ...{ attrSet: 0, attrClear: 0, recursiveSet: 0, recursiveClear: 0 },
    ...{ fsFlags: [], propagation: null, bind: false, data: [] },
    ...{ remount: false, tmpcopyup: false, idmap: false },
  };
  const top: Half = { set: 0, clear: 0, atime: undefined };
  const deep: Half = { set: 0, clear: 0, atime: undefined };
  for (const option of options) {
    const effect = mountOptions.get(option);
    if (effect === undefined) result.data.push(option);
    else if (effect.kind === "attr" || effect.kind === "atime" || effect.kind === "atime-not") {
      mark(effect.recursive ? deep : top, effect);
    } else apply(result, effect);
  }
  [result.attrSet, result.attrClear] = bits(top);
  [result.recursiveSet, result.recursiveClear] = bits(deep);
  return result;
}

/** The option makes a bind mount; its type is a dummy (config.md#mounts), and so `bind` as a type alone makes none. */
export function isBind({ bind }: MountOptions): boolean {
  return bind !== false;
}

type AttrEffect = Extract<Effect, { kind: "attr" | "atime" | "atime-not" }>;

function mark(half: Half, effect: AttrEffect): void {
  if (effect.kind === "atime") half.atime = effect.mode;
  else if (effect.kind === "atime-not") half.atime = without(half.atime, effect.mode);
  else if (effect.on) {
    half.set |= effect.bit;
    half.clear &= ~effect.bit;
  } else {
    half.clear |= effect.bit;
    half.set &= ~effect.bit;
  }
}

/**
 * `atime` and `nostrictatime` leave the kernel's default, also on a bind mount that inherits another mode. `norelatime`
 * only takes an earlier `relatime` back: since Linux 2.6.30 relatime is what mount(2) does without any flag.
 */
function without(now: Half["atime"], mode: Atime): Half["atime"] {
  if (now === mode) return "default";
  if (now === undefined && mode !== "relatime") return "default";
  return now;
}

/** mount_setattr(2): the access time is a field. Setting any value needs all of its bits in attr_clr, or it is EINVAL. */
function bits(half: Half): [set: number, clear: number] {
  if (half.atime === undefined) return [half.set, half.clear];
  const mode = half.atime === "default" ? attr.relatime : attr[half.atime];
  return [half.set | mode, half.clear | attr.atime];
}

function apply(result: MountOptions, effect: Exclude<Effect, AttrEffect>): void {
  switch (effect.kind) {
    case "fs":
    case "fs-not": {
      const flag = effect.kind === "fs" ? effect.flag : "";
      result.fsFlags = result.fsFlags.filter((other) => other !== effect.undoes && other !== flag);
      if (flag) result.fsFlags.push(flag);
      return;
    }
    case "propagation": {
      const { type } = effect;
      result.propagation = { type, flag: propagations[type], recursive: effect.recursive === true };
      return;
    }
    case "bind":
      result.bind = effect.recursive || result.bind === "rbind" ? "rbind" : "bind";
      return;
    case "idmap":
      result.idmap = effect.recursive ? "ridmap" : "idmap";
      return;
    case "remount":
      result.remount = true;
      return;
    case "tmpcopyup":
      result.tmpcopyup = true;
      return;
    case "none":
      return;
  }
}
