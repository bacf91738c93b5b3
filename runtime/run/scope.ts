/** Systemd's part in a launch, where it makes the cgroup. */
import type { Scope } from "../systemd/scope.ts";
import type { Prepared } from "./prepare.ts";

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
