import type { Facts } from "../../shim/facts/types.ts";
import type { RdtPlan } from "../../wasm/generated/host.js";
import type { Spec } from "../spec/types.ts";
import { policy } from "./policy.ts";

const nowhere = { mount: "", monitoring: false, classes: [] };

/** linux.intelRdt, null without it. Throws what the engine throws. */
export function rdtPlan({ linux }: Spec, id: string, { resctrl }: Facts): RdtPlan | null {
  const asked = linux?.intelRdt;
  if (!asked) return null;
  const request = {
    closId: asked.closID,
    schemata: asked.schemata,
    l3CacheSchema: asked.l3CacheSchema,
    memBwSchema: asked.memBwSchema,
    enableMonitoring: asked.enableMonitoring ?? false,
  };
  return policy().rdt.decide(request, id, resctrl ?? nowhere);
}
