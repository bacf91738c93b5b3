/** The decisions of the policy engine, each with its reason. */

import type { Hierarchy } from "../../../shim/facts/types.ts";
import type {
  CapabilitiesPlan,
  CgroupsPlan,
  IdMapsPlan,
  NamespacesPlan,
  Reason,
} from "../../../wasm/generated/host.js";
import { fold } from "../code.ts";
import type { Colors } from "../color.ts";

const column_why = 34;
const columns = 110;

/** `left` in its column and the reason beside it, or below when it is wide; with the pointer that it follows from. */
export function row(left: string, why: Reason | undefined, colors: Colors): string[] {
  if (why === undefined || why.rule === "") return [`  ${left}`];
  const text = why.pointer === "" ? why.rule : `${why.rule} (${why.pointer})`;
  const [first = "", ...more] = fold(text, columns - column_why).split("\n");
  const indent = " ".repeat(column_why);
  const below = more.map((line) => indent + colors.dim(line));
  const head = `  ${left}`;
  return head.length < column_why - 1
    ? [head.padEnd(column_why) + colors.dim(first), ...below]
    : [head, indent + colors.dim(first), ...below];
}

/** All eight kinds: made, joined or shared, and why. */
export function namespaceLines({ decisions }: NamespacesPlan, colors: Colors): string[] {
  return decisions.flatMap(({ kind, action, path, why }) =>
    row(`${kind.padEnd(9)} ${action}${path === "" ? "" : ` ${path}`}`, why, colors),
  );
}

const writers = {
  direct: "written by wrun",
  "own-id": "written by wrun, its own id only",
  helper: "written by the helper",
} as const;

/** Each extent as `inside -> outside`, who writes it and why; none without a user namespace. */
export function idMapLines(
  maps: readonly (readonly [which: "uid" | "gid", plan: IdMapsPlan | null])[],
  colors: Colors,
): string[] {
  return maps.flatMap(([which, plan]) => {
    if (plan === null) return [];
    const lines = plan.map.map(({ containerId, hostId, size }) => {
      const last = size - 1;
      return size === 1
        ? `${containerId} -> ${hostId}`
        : `${containerId}-${containerId + last} -> ${hostId}-${hostId + last}`;
    });
    const deny = plan.denySetgroups ? "; setgroups: deny" : "";
    const [first = "nothing", ...more] = lines;
    return [
      ...row(`${which}  ${first}`, plan.why, colors),
      ...more.map((line) => `       ${line}`),
      `       ${writers[plan.writer]}${deny}`,
    ];
  });
}

/** Each cgroup with what is written in it, in the order of the writes; those without limits on one line. */
export function cgroupLines(
  plan: CgroupsPlan,
  hierarchies: readonly Hierarchy[],
  colors: Colors,
): string[] {
  const idle: string[] = [];
  const places = plan.places.flatMap((place) => {
    const { hierarchy, path, enable } = place;
    const at = `${hierarchies[hierarchy]?.mount ?? ""}${path}`;
    const lines = plan.writes
      .filter((write) => write.hierarchy === hierarchy)
      .flatMap(({ file, value, why }) => row(`  ${file} = ${value}`, why, colors));
    if (place.inheritCpuset) lines.unshift("    cpuset.cpus, cpuset.mems copied from the parent");
    if (place.inheritRealtime) lines.unshift("    above it: as much more cpu.rt_runtime_us");
    if (enable.length > 0)
      lines.unshift(`    above it: +${enable.join(" +")} in cgroup.subtree_control`);
    if (lines.length === 0) idle.push(at);
    return lines.length === 0 ? [] : [`  ${at}`, ...lines];
  });
  const others =
    idle.length > 0 ? fold(`without limits: ${idle.join(", ")}`, columns).split("\n") : [];
  const head = row(plan.places.length > 0 ? "made" : "none", plan.why, colors);
  return [...head, ...places, ...others.map((line) => `  ${line}`)];
}

/** Sets that are equal share a line. */
export function capabilityLines(
  plan: CapabilitiesPlan,
  names: readonly string[],
  colors: Colors,
): string[] {
  const { bounding, effective, permitted, inheritable, ambient, why } = plan;
  const sets = Object.entries({ bounding, effective, permitted, inheritable, ambient });
  const lines = [...new Set(sets.map(([, bits]) => bits))].flatMap((bits) => {
    const title = sets.filter(([, each]) => each === bits).map(([name]) => name);
    const text = fold(capabilityNames(bits, names), columns - 4).split("\n");
    return [`  ${title.join(", ")}`, ...text.map((line) => `    ${line}`)];
  });
  return [...lines, ...row("", why, colors)];
}

/** Without their prefix; a bit without a name by its number. */
export function capabilityNames(bits: bigint, names: readonly string[]): string {
  const set: string[] = [];
  for (let n = 0; bits >> BigInt(n) > 0n; n++)
    if (bits & (1n << BigInt(n))) set.push(names[n]?.replace(/^CAP_/, "").toLowerCase() ?? `${n}`);
  return set.join(" ") || "none";
}
