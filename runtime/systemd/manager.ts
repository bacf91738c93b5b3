/** Which systemd makes the cgroups: the host's for its root, for anybody else the one of their own, `systemd --user`. */
import type { Facts } from "../../shim/facts/types.ts";

export type BusKind = "system" | "user";

type User = Pick<Facts, "user" | "userNamespaces">;

/** Root of a user namespace, as podman makes one for an ordinary user, is that user to systemd. */
export function busOf({ user, userNamespaces }: User): BusKind {
  return user.uid === 0 && userNamespaces.initial ? "system" : "user";
}

/** The cgroup of a user's manager, which his units are below: user@.service(5). */
export function managerCgroup({ user, userNamespaces }: User): string {
  const line = userNamespaces.uidMap.find(
    ({ containerID, size }) => user.uid >= containerID && user.uid < containerID + size,
  );
  const uid = line ? line.hostID + user.uid - line.containerID : user.uid;
  return `/user.slice/user-${uid}.slice/user@${uid}.service`;
}
