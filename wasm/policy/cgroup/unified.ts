// linux.resources.unified: files of cgroup v2 as they are; config-linux.md#unified.

import { CgroupsUnifiedFile as UnifiedFile, ProblemCode } from "../../generated/as/types";
import { quote, token } from "../report";
import { Draft } from "./draft";

/** NAME_MAX, and a page less a byte, beyond which kernfs answers E2BIG. */
const NAME_CHARS_MOST: i32 = 255;
const LINE_CHARS_MOST: i32 = 4095;
const FILES_MOST: i32 = 1024;

/** These move, stop or end processes or change what a cgroup is; none of them is a limit. */
const ACTIONS: StaticArray<string> = [
  "cgroup.freeze",
  "cgroup.kill",
  "cgroup.procs",
  "cgroup.subtree_control",
  "cgroup.threads",
  "cgroup.type",
];

function isName(name: string): bool {
  if (name.length > NAME_CHARS_MOST) return false;
  for (let i: i32 = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit <= 0x20 || unit == 0x2f || unit == 0x7f) return false;
  }
  // The controller, a dot and what it is about.
  const dot = name.indexOf(".");
  return dot > 0 && dot < name.length - 1;
}

function isFile(file: string, pointer: string, draft: Draft): bool {
  if (!isName(file)) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `${quote(file)} is no file of a cgroup`,
      "it has the form CONTROLLER.NAME, without a slash",
    );
    return false;
  }
  for (let i: i32 = 0; i < ACTIONS.length; i++)
    if (ACTIONS[i] == file) {
      draft.refuse(ProblemCode.Invalid, pointer, `${quote(file)} is no limit but wrun's to write`);
      return false;
    }
  return true;
}

/** The v2 hierarchy with the controller of a file; those of `cgroup.*` are in every cgroup. */
function hierarchy(file: string, pointer: string, draft: Draft): i32 {
  const name = file.slice(0, file.indexOf("."));
  const list = draft.host.hierarchies;
  let unified: i32 = -1;
  for (let i: i32 = 0; i < list.length; i++) if (list[i].unified) unified = i;
  if (unified < 0) {
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      `${quote(file)} is a file of cgroup v2, which is not mounted`,
      "use the other members of linux.resources, which v1 has too",
    );
    return -1;
  }
  if (name == "cgroup") return draft.reached(unified, pointer);
  const at = draft.find(name);
  if (at < 0 || list[at].unified)
    return draft.controller(name, "/linux/resources" + pointer, false);
  draft.refuse(
    ProblemCode.Absent,
    pointer,
    `the cgroup controller ${quote(name)} is in use by cgroup v1`,
    "use the other members of linux.resources, or boot with systemd.unified_cgroup_hierarchy=1",
  );
  return -1;
}

function planFile(asked: UnifiedFile, draft: Draft): void {
  const pointer = "/unified/" + token(asked.file);
  if (!isFile(asked.file, pointer, draft)) return;
  const at = hierarchy(asked.file, pointer, draft);
  if (at < 0) return;
  const lines = asked.value.split("\n");
  let written: i32 = 0;
  for (let i: i32 = 0; i < lines.length; i++) {
    const line = lines[i];
    if (!line.length) continue;
    written++;
    if (line.length > LINE_CHARS_MOST) {
      draft.refuse(
        ProblemCode.TooMany,
        pointer,
        `a line of \`${line.length}\` characters: the kernel takes ${LINE_CHARS_MOST}`,
      );
      return;
    }
    // The kernel reads one line of a write, so a value of several takes several (blkg_conf_prep).
    draft.write(at, asked.file, line, "as unified has it, over all else", pointer);
  }
  if (!written)
    draft.warn(ProblemCode.Invalid, pointer, `${quote(asked.file)} is empty and has no effect`);
}

/**
 * Last, so that it overrides what the other members have set. Sorted by name, because members of a JSON object have no
 * order, and so that cpu.max comes before cpu.max.burst, which must not exceed it.
 */
export function planUnified(files: UnifiedFile[], draft: Draft): void {
  if (files.length > FILES_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      "/unified",
      `\`${files.length}\` files: wrun takes ${FILES_MOST} at most`,
    );
    return;
  }
  const sorted = files.slice().sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  for (let i: i32 = 0; i < sorted.length; i++) planFile(sorted[i], draft);
}
