// linux.resources.rdma: Documentation/admin-guide/cgroup-v1/rdma.rst; the file is the same on v2.

import { CgroupsRdmaLimit as RdmaLimit, ProblemCode } from "../../generated/as/types";
import { Opt } from "../../generated/as/cabi";
import { quote, token } from "../report";
import { Draft } from "./draft";

/** rdmacg_resource_set_max() reads an int. */
const COUNT_MOST: u32 = 0x7fffffff;
const DEVICES_MOST: i32 = 1024;

function isCount(count: Opt<u32> | null, pointer: string, draft: Draft): bool {
  if (!count || count.value <= COUNT_MOST) return true;
  draft.refuse(
    ProblemCode.TooMany,
    pointer,
    `a limit of \`${count.value}\`: the kernel takes ${COUNT_MOST}`,
    "leave it out for no limit",
  );
  return false;
}

function planDevice(asked: RdmaLimit, pointer: string, draft: Draft): void {
  const handles = asked.handles;
  const objects = asked.objects;
  if (!handles && !objects) {
    draft.refuse(
      ProblemCode.Invalid,
      pointer,
      `${quote(asked.device)} has neither hcaHandles nor hcaObjects`,
      "one of them must be there (config-linux.md#rdma)",
    );
    return;
  }
  if (!isCount(handles, pointer + "/hcaHandles", draft)) return;
  if (!isCount(objects, pointer + "/hcaObjects", draft)) return;
  const at = draft.controller("rdma", "/linux/resources" + pointer, false);
  if (at < 0) return;
  const devices = draft.host.features.rdmaDevices;
  if (!devices.includes(asked.device)) {
    draft.refuse(
      ProblemCode.Absent,
      pointer,
      `this host has no RDMA device ${quote(asked.device)}`,
      devices.length ? `it has ${quote(devices.join(", "))}` : "/sys/class/infiniband is empty",
    );
    return;
  }
  let value = asked.device;
  if (handles) value += ` hca_handle=${handles.value}`;
  if (objects) value += ` hca_object=${objects.value}`;
  draft.write(
    at,
    "rdma.max",
    value,
    "the handles and objects that may be had of the device",
    pointer,
  );
}

export function planRdma(limits: RdmaLimit[], draft: Draft): void {
  if (limits.length > DEVICES_MOST) {
    draft.refuse(
      ProblemCode.TooMany,
      "/rdma",
      `\`${limits.length}\` devices: wrun takes ${DEVICES_MOST} at most`,
    );
    return;
  }
  for (let i: i32 = 0; i < limits.length; i++)
    planDevice(limits[i], "/rdma/" + token(limits[i].device), draft);
}
