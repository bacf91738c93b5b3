/** A plan for people: what is decided and why, then every step. */
import type { Problem } from "../../../wasm/generated/host.js";
import type { Plan } from "../../plan.ts";
import type { Colors } from "../color.ts";
import { visible } from "../error.ts";
import { capabilityLines, cgroupLines, idMapLines, namespaceLines } from "./decision.ts";
import { deviceLines } from "./device.ts";
import { rdtLines, rlimitLines, sysctlLines } from "./process.ts";
import { seccompLines } from "./seccomp.ts";
import { stepLines } from "./step.ts";

export interface PlanShow {
  colors: Colors;
  /** Every capability this engine knows, by number. */
  capabilities: readonly string[];
  /** What the steps are for, and not the steps. */
  brief: boolean;
}

/** The whole plan: sections of decisions, then the steps. Deterministic, so that plans can be compared. */
export function planText(plan: Plan, { colors, capabilities, brief }: PlanShow): string {
  const { decisions, facts, program } = plan;
  const maps = [["uid", decisions.uidMap] as const, ["gid", decisions.gidMap] as const];
  const steps = stepLines(program, { arch: facts.arch, colors, brief });
  const sections: [title: string, lines: string[]][] = [
    [`container ${plan.id}`, containerLines(plan)],
    ["namespaces", namespaceLines(decisions.namespaces, colors)],
    ["id maps", idMapLines(maps, colors)],
    ["cgroup", cgroupLines(decisions.cgroups, facts.cgroup.hierarchies, colors)],
    ["class of service", rdtLines(decisions.rdt, colors)],
    ["devices", deviceLines(decisions.devices, colors)],
    ["capabilities", capabilityLines(decisions.capabilities, capabilities, colors)],
    ["system calls", seccompLines(decisions.seccomp, colors)],
    ["limits", rlimitLines(decisions.rlimits, colors)],
    ["sysctls", sysctlLines(decisions.sysctls, colors)],
    ["warnings", plan.warnings.map(warning)],
    [`${program.steps.length} steps of init, after the cgroup is made`, steps],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${[colors.bold(title), ...lines].join("\n")}\n`)
    .join("\n");
}

function containerLines({ spec, rootfs }: Plan): string[] {
  const { process, root, hostname } = spec;
  const origin = rootfs.kind === "directory" ? rootfs.path : "the host's, under a throw-away layer";
  const rows: [string, string | undefined][] = [
    ["command", process?.args && JSON.stringify(process.args)],
    ["in", process?.cwd],
    ["as", process?.user && `uid ${process.user.uid}, gid ${process.user.gid}`],
    ["root", root?.readonly ? `${origin}, read-only` : origin],
    ["hostname", hostname],
  ];
  return rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name.padEnd(10)}${visible(text)}`],
  );
}

function warning({ message, hint, pointer }: Problem): string {
  const where = pointer === "" ? "" : ` (${pointer})`;
  return visible(`  ${message}${where}${hint === "" ? "" : `; ${hint}`}`);
}

/**
 * A plan for programs: everything, on one line. Sets of bits are decimal strings, since JSON numbers end at 2^53, and
 * bytes are base64.
 */
export function planJson({ id, spec, rootfs, facts, decisions, program, warnings }: Plan): string {
  const { steps, data, pointers } = program;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length).toString("base64");
  const shown = {
    id,
    decisions,
    warnings,
    spec,
    rootfs,
    program: { steps, data: bytes, pointers },
    facts,
  };
  const text = (_key: string, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    return typeof value === "bigint" ? value.toString() : value;
  };
  return `${JSON.stringify(shown, text)}\n`;
}
