/** A directory that looks like resctrl: no machine of CI has the real one. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decide } from "../../runtime/policy/decide.ts";
import { recordedRdt } from "../../runtime/run/rdt.ts";
import type { IntelRdt } from "../../runtime/spec/types.ts";
import { readResctrl } from "../../shim/facts/resctrl.ts";
import { workstation } from "../doctor/hosts.ts";
import { temporary } from "./rootfs.ts";

/** With a class `gold`. A directory that is made in it has no files, where resctrl's own makes them. */
export function resctrl(): string {
  const mount = temporary("resctrl");
  for (const name of ["gold", "info/L3_MON", "mon_groups"])
    mkdirSync(join(mount, name), { recursive: true });
  writeFileSync(join(mount, "schemata"), "    L3:0=7ff\n");
  writeFileSync(join(mount, "gold/schemata"), "    L3:0=7f0\n");
  writeFileSync(join(mount, "info/last_cmd_status"), "mask is not contiguous\n");
  return mount;
}

export function planOf(mount: string, intelRdt: IntelRdt) {
  const facts = { ...workstation.facts, resctrl: readResctrl(mount) };
  const linux = { intelRdt, namespaces: [{ type: "mount" as const }] };
  const { rdt } = decide({ spec: { ociVersion: "1.2.0", linux }, facts, id: "box" });
  const recorded = recordedRdt(rdt, facts.resctrl);
  if (!rdt || !recorded) throw new Error("there is no plan");
  return { plan: rdt, recorded, facts: facts.resctrl };
}
