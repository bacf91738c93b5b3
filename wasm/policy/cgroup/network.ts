// linux.resources.network: Documentation/admin-guide/cgroup-v1/net_cls.rst, net_prio.rst; v1 only.

import {
  CgroupsNetwork as Network,
  CgroupsVersion as Version,
  ProblemCode,
} from "../../generated/as/types";
import { quote } from "../report";
import { Draft } from "./draft";

/** IFNAMSIZ less its NUL. */
const NAME_CHARS_MOST: i32 = 15;
const PRIORITIES_MOST: i32 = 1024;

/** As dev_valid_name() of the kernel has it; a space would end the name where the file is parsed. */
function isName(name: string): bool {
  if (name.length == 0 || name.length > NAME_CHARS_MOST || name == "." || name == "..")
    return false;
  for (let i: i32 = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit <= 0x20 || unit == 0x2f || unit == 0x3a || unit == 0x7f) return false;
  }
  return true;
}

function controller(name: string, pointer: string, what: string, draft: Draft): i32 {
  if (draft.host.version == Version.V2) {
    draft.refuse(
      ProblemCode.Unsupported,
      pointer,
      `cgroup v2 has no ${what}`,
      "leave it out: nftables matches a cgroup by its path (socket cgroupv2)",
    );
    return -1;
  }
  return draft.controller(name, "/linux/resources" + pointer, false);
}

function planClass(id: u32, draft: Draft): void {
  const pointer = "/network/classID";
  // 0 is no class, which a new cgroup has from its parent only if that has none.
  if (id == 0 && draft.find("net_cls") < 0) return;
  const at = controller("net_cls", pointer, "network classes", draft);
  const rule = `packets get the class ${id >> 16}:${id & 0xffff}`;
  if (at >= 0) draft.write(at, "net_cls.classid", id.toString(), rule, pointer);
}

export function planNetwork(asked: Network, draft: Draft): void {
  if (asked.classId) planClass(asked.classId!.value, draft);
  const list = asked.priorities;
  if (list.length > PRIORITIES_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      "/network/priorities",
      `\`${list.length}\` priorities: wrun takes ${PRIORITIES_MOST} at most`,
    );
    return;
  }
  for (let i: i32 = 0; i < list.length; i++) {
    const pointer = `/network/priorities/${i}`;
    const name = list[i].name;
    const priority = list[i].priority;
    if (!isName(name)) {
      draft.refuse(
        ProblemCode.Invalid,
        pointer + "/name",
        `${quote(name)} is no name of a network interface`,
      );
      continue;
    }
    const at = controller("net_prio", pointer, "network priorities", draft);
    const rule = `packets that leave by ${name} get the priority ${priority}`;
    if (at >= 0) draft.write(at, "net_prio.ifpriomap", `${name} ${priority}`, rule, pointer);
  }
}
