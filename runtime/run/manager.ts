import { delegatedTo } from "../../shim/facts/cgroup.ts";
import type { Facts } from "../../shim/facts/types.ts";
import { WrunError } from "../error.ts";
import { managerCgroup } from "../systemd/manager.ts";

/** The same host, with this cgroup as the one that may be written. Throws ERR_SYSTEMD where it may not be. */
export function inManager(facts: Facts): Facts {
  const path = managerCgroup(facts);
  const hierarchies = delegatedTo(facts.cgroup.hierarchies, path);
  if (hierarchies.some(({ writable }) => writable === "own"))
    return { ...facts, cgroup: { ...facts.cgroup, hierarchies } };
  throw new WrunError({
    code: "ERR_SYSTEMD",
    message: `there is no systemd of this user's: \`${path}\` is not his cgroup in a hierarchy of v2`,
    hint: "`loginctl enable-linger` starts it; cgroup v1 cannot be handed to a user; without `--systemd-cgroup` wrun does without",
    path,
  });
}
