/** What is written down of a container before anything of it is made. */
import { bootId, record_version, type StateRecord } from "../state/record.ts";
import { absentCgroups } from "./cgroup.ts";
import type { Prepared } from "./prepare.ts";
import { recordedRdt } from "./rdt.ts";

export function newRecord({ request, spec, decisions, facts }: Prepared): StateRecord {
  const cgroups = absentCgroups(decisions.cgroups, facts.cgroup.hierarchies);
  return {
    version: record_version,
    id: request.id,
    bundle: request.bundle,
    rootfs: request.rootfs.kind === "directory" ? request.rootfs.path : "",
    annotations: spec.annotations ?? {},
    owner: request.how.waitsFor === "start" ? "detached" : "attached",
    status: "creating",
    terminal: spec.process?.terminal ?? false,
    namespaces: decisions.namespaces.decisions.map(({ kind, action }) => ({ type: kind, action })),
    cgroupDriver: request.unit ? "systemd" : "cgroupfs",
    unit: request.unit?.name,
    bus: request.unit?.bus,
    hooks: { poststart: spec.hooks?.poststart ?? [], poststop: [] },
    freezer: freezerOf(cgroups, facts.cgroup.hierarchies),
    created: new Date().toISOString(),
    bootId: bootId(),
    process: null,
    keeper: null,
    cgroups,
    rdt: recordedRdt(decisions.rdt, facts.resctrl),
    uids: hostIds(decisions.uidMap),
    gids: hostIds(decisions.gidMap),
  };
}

function freezerOf(
  cgroups: StateRecord["cgroups"],
  hierarchies: Prepared["facts"]["cgroup"]["hierarchies"],
): string {
  const v1 = cgroups.find(({ controllers }) => controllers.includes("freezer"));
  if (v1) return `${v1.mount}${v1.path}/freezer.state`;
  const isUnified = (mount: string): boolean =>
    hierarchies.some((each) => each.unified && each.mount === mount);
  const v2 = cgroups.find(({ mount }) => isUnified(mount));
  return v2 ? `${v2.mount}${v2.path}/cgroup.events` : "";
}

function hostIds(plan: { map: { hostId: number; size: number }[] } | null) {
  return (plan?.map ?? []).map(({ hostId, size }) => ({ start: hostId, size }));
}
