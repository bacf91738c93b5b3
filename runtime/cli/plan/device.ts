/** The decision on devices: what enforces it, and each rule with its reason. */

import type { DevicesAccess, DevicesPlan, DevicesRule } from "../../../wasm/generated/host.js";
import type { Colors } from "../color.ts";
import { row } from "./decision.ts";

export const unenforced = "not restricted";
const means = { v1: "by cgroup v1", v2: "by cgroup v2", none: unenforced } as const;
const kinds = { all: "a", char: "c", block: "b" } as const;

/** The rules in order, as the kernel writes them; the last that names an access decides it. */
export function deviceLines(plan: DevicesPlan, colors: Colors): string[] {
  const head = row(means[plan.means], plan.why, colors);
  if (plan.means === "none") return head;
  const verb = (allow: boolean) => (allow ? "allow" : "deny").padEnd(6);
  return [
    ...head,
    ...row(`${verb(plan.otherwise)}all others`, plan.otherwiseWhy, colors),
    ...plan.rules.flatMap(({ rule, why }) =>
      row(`${verb(rule.allow)}${deviceText(rule)}`, why, colors),
    ),
  ];
}

/** As devices.list of cgroup v1 has it: `c 1:3 rwm`. */
function deviceText({ kind, major, minor, access }: DevicesRule): string {
  return `${kinds[kind]} ${major ?? "*"}:${minor ?? "*"} ${accessText(access)}`;
}

export function accessText({ read, write, mknod }: DevicesAccess): string {
  return `${read ? "r" : ""}${write ? "w" : ""}${mknod ? "m" : ""}`;
}
