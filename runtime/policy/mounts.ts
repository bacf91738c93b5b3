import type { Facts } from "../../shim/facts/types.ts";
import type { IdMapsMountPlan, IdMapsPlan, MountsPlan } from "../../wasm/generated/host.js";
import type { Spec } from "../spec/types.ts";
import { idMapsFacts, mapping } from "./facts.ts";
import { policy } from "./policy.ts";
import { collect, type Finding } from "./problem.ts";

type Map = IdMapsPlan | null | undefined;
type Input = { spec: Spec; facts: Facts };

/** The options of each mount, and the ids that it changes. `uidMap` and `gidMap` are the container's. */
export function mountPlans(
  input: Input,
  findings: Finding[],
  uidMap: Map,
  gidMap: Map,
): { mounts: MountsPlan[]; idMappedMounts: (IdMapsMountPlan | null)[] } {
  const mounts = policy().mounts.decide(
    (input.spec.mounts ?? []).map(({ options = [] }) => options),
  );
  const idMappedMounts = mounts.map(
    ({ idmap }, i) =>
      collect("id-maps", findings, () => mountMap(input, i, idmap, uidMap, gidMap)) ?? null,
  );
  return { mounts, idMappedMounts };
}

function mountMap(
  { spec, facts }: Input,
  index: number,
  idmap: MountsPlan["idmap"],
  uidMap: Map,
  gidMap: Map,
): IdMapsMountPlan | undefined {
  const { uidMappings = [], gidMappings = [] } = spec.mounts?.[index] ?? {};
  if (idmap === "none" && uidMappings.length + gidMappings.length === 0) return undefined;
  const request = {
    uids: uidMappings.map(mapping),
    gids: gidMappings.map(mapping),
    containerUids: uidMap?.map ?? [],
    containerGids: gidMap?.map ?? [],
    asked: idmap !== "none",
    recursive: idmap === "ridmap",
  };
  return policy().idMaps.mount(request, idMapsFacts(facts), `/mounts/${index}`);
}
