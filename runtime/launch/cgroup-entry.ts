/** How the container's process comes into each of its cgroups. */
import type { Hierarchy } from "../../shim/facts/types.ts";
import type { Decisions } from "../policy/decide.ts";

/**
 * `clone` is CLONE_INTO_CGROUP of clone3(2), `attached` leaves it to systemd, the others are the file that init writes `0` to: itself.
 *
 * cgroup.procs moves all threads of a process, and keeps every process of the host from forking meanwhile: the kernel
 * waits for a grace period of RCU, 5 to 9 ms. `tasks` of v1 moves init's one thread and waits for nothing.
 */
export type CgroupEntry = "tasks" | "cgroup.procs" | "clone" | "attached";

export interface EntryHow {
  /** Is the container's process cloned by init, and not by CRIU? */
  clones: boolean;
  attached: boolean;
}

/**
 * In the order of the plan's places.
 *
 * The clone is checked with the rights and the cgroup namespace that init has by then (cgroup_css_set_fork()), where a
 * file has those of whoever opened it.
 */
export function cgroupEntries(
  { cgroups, namespaces }: Pick<Decisions, "cgroups" | "namespaces">,
  hierarchies: readonly Hierarchy[],
  { clones, attached }: EntryHow,
): CgroupEntry[] {
  const joins = namespaces.decisions.some((d) => d.kind === "cgroup" && d.action === "join");
  const moved = attached ? "attached" : "cgroup.procs";
  const unified = clones && namespaces.user === "share" && !joins && !attached ? "clone" : moved;
  return cgroups.places.map(({ hierarchy }) =>
    hierarchies[hierarchy]?.unified ? unified : "tasks",
  );
}
