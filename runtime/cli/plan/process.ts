/** The decisions on limits, sysctls and the class of service, each with its reason. */
import type { RdtPlan, RlimitsSetting, SysctlsWrite } from "../../../wasm/generated/host.js";
import { limitText } from "../../launch/process.ts";
import type { Colors } from "../color.ts";
import { row } from "./decision.ts";

export function rlimitLines(settings: readonly RlimitsSetting[], colors: Colors): string[] {
  return settings.flatMap(({ name, soft, hard, why }) =>
    row(`${name} ${limitText(soft)}:${limitText(hard)}`, why, colors),
  );
}

export function sysctlLines(writes: readonly SysctlsWrite[], colors: Colors): string[] {
  return writes.flatMap(({ name, value, why }) => row(`${name} = ${value}`, why, colors));
}

export function rdtLines(plan: RdtPlan | null, colors: Colors): string[] {
  if (!plan) return [];
  const { why, schemata, monitor } = plan;
  const lines = schemata.split("\n").filter(Boolean);
  const counted = monitor === "" ? [] : [`  counted in ${monitor}`];
  return [
    ...row(plan.class || "/", why, colors),
    ...[...lines.map((line) => `  schemata: ${line}`), ...counted].map((line) => `  ${line}`),
  ];
}
