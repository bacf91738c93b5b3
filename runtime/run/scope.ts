/** Systemd's part in a launch, where it makes the cgroup. */
import type { Scope } from "../systemd/scope.ts";
import { writeIdMaps } from "./id-map.ts";
import type { Prepared } from "./prepare.ts";

/** What wrun does for init when it is in its user namespace, before it clones the container's process. */
export function mapIn(
  scope: Scope | undefined,
  { decisions, facts }: Prepared,
): (pid: number) => Promise<void> {
  return async (pid) => {
    scope?.attach(pid);
    await writeIdMaps(pid, decisions, facts);
  };
}

/** Undefined where wrun makes the cgroup itself. Rejects with ERR_SYSTEMD. */
export async function startScope({
  request,
  spec,
  facts,
  decisions,
}: Prepared): Promise<Scope | undefined> {
  if (!request.unit) return undefined;
  const { Scope } = await import("../systemd/scope.ts");
  const { writes } = decisions.cgroups;
  return await Scope.start(request.unit, request.id, spec.annotations ?? {}, writes, facts);
}
