// May this user make and join what is asked for: `man 7 user_namespaces`, `man 2 setns`.

import {
  NamespacesAction as Action,
  NamespacesFacts,
  NamespacesKind as Kind,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { quote, report } from "../report";
import { Asked } from "./asked";

function remedy(deniedBy: string): string {
  if (deniedBy.startsWith("user.max_user_namespaces"))
    return "as root: sysctl -w user.max_user_namespaces=15000";
  if (deniedBy.startsWith("kernel.unprivileged_userns_clone"))
    return "as root: sysctl -w kernel.unprivileged_userns_clone=1";
  if (deniedBy.startsWith("kernel.apparmor_restrict_unprivileged_userns"))
    return (
      "give wrun an AppArmor profile that allows `userns`, or as root: " +
      "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    );
  return "run wrun as root, or have the policy of this host lifted";
}

export function checkRights(asked: Asked, host: NamespacesFacts, problems: Problem[]): void {
  const user = asked.action(Kind.User);
  const denied = !host.userAllowed;
  if (user == Action.Create && denied)
    report(
      problems,
      ProblemCode.Denied,
      asked.pointer(Kind.User),
      "this user may make no `user` namespace: " +
        (host.userDeniedBy.length ? quote(host.userDeniedBy) : "`EPERM`"),
      remedy(host.userDeniedBy),
    );
  if (user == Action.Share && !host.privileged)
    report(
      problems,
      denied ? ProblemCode.Denied : ProblemCode.Unsupported,
      "/linux/namespaces",
      "without CAP_SYS_ADMIN a container needs a `user` namespace, and none is asked for" +
        (denied ? `; this user may make none: ${quote(host.userDeniedBy)}` : ""),
      denied
        ? remedy(host.userDeniedBy)
        : 'add {"type": "user"} to linux.namespaces, or run wrun as root',
    );
  // setns needs CAP_SYS_ADMIN both in the caller's user namespace and in the owner of what is joined (man 2 setns): an
  // ordinary user has the first only after making a user namespace, and from then on not the second.
  if (user == Action.Create && !host.privileged && asked.joins())
    report(
      problems,
      ProblemCode.Unsupported,
      asked.pointer(Kind.User),
      "an ordinary user that makes a `user` namespace can join no namespace of another one",
      "join the `user` namespace that owns the others by its path, or run wrun as root",
    );
}
