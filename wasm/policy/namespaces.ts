// Which namespaces to create, join or share, and in which order: config-linux.md#namespaces, `man 7 namespaces`.

import {
  NamespacesAction as Action,
  NamespacesDecision as Decision,
  NamespacesFacts,
  NamespacesKind as Kind,
  NamespacesNeeds as Needs,
  NamespacesPlan,
  NamespacesRequest as Request,
  Problem,
  ProblemCode,
} from "../generated/as/types";
import { Result } from "../generated/as/cabi";
import { because, report } from "./report";
import { Asked, FLAGS, JOIN_ORDER, KINDS, NAMES, read } from "./namespace/asked";
import { checkNeeds } from "./namespace/needs";
import { checkRights } from "./namespace/rights";

function rule(asked: Asked, kind: Kind): string {
  const name = NAMES[kind];
  const action = asked.action(kind);
  if (action == Action.Join) return `${name} is listed with a path: that namespace is joined`;
  if (action == Action.Create) {
    if (kind == Kind.User)
      return "user is listed without a path: a new one, made first, so that it owns the others";
    if (kind == Kind.Time)
      return "time is listed without a path: a new one by unshare, since it takes effect for children only";
    if (kind == Kind.Cgroup)
      return "cgroup is listed without a path: a new one, made inside, so that the container's own cgroup is its root";
    return `${name} is listed without a path: a new one`;
  }
  // mount(2) of proc and sysfs asks for CAP_SYS_ADMIN over the owner of the pid and network namespace.
  const foreign = asked.action(Kind.User) != Action.Share;
  if (kind == Kind.Pid && foreign)
    return "pid is not listed: wrun's own is shared, and its /proc can be bound, not mounted";
  if (kind == Kind.Network && foreign)
    return "network is not listed: wrun's own is shared, and its /sys can be bound, not mounted";
  return `${name} is not listed: wrun's own is shared`;
}

function decisions(asked: Asked): Decision[] {
  const list: Decision[] = [];
  for (let i: i32 = 0; i < KINDS; i++) {
    const kind = <Kind>i;
    const why = because(
      rule(asked, kind),
      asked.action(kind) == Action.Share ? "" : asked.pointer(kind),
    );
    list.push(new Decision(kind, asked.action(kind), asked.path(kind), FLAGS[i], why));
  }
  return list;
}

function plan(asked: Asked, host: NamespacesFacts): NamespacesPlan {
  const joined: Kind[] = [];
  for (let i: i32 = 0; i < JOIN_ORDER.length; i++)
    if (asked.action(JOIN_ORDER[i]) == Action.Join) joined.push(JOIN_ORDER[i]);
  let clone: u32 = 0;
  for (let i: i32 = <i32>Kind.Mount; i <= <i32>Kind.Uts; i++)
    if (asked.action(<Kind>i) == Action.Create) clone |= FLAGS[i];
  const user = asked.action(Kind.User);
  // With CAP_SYS_ADMIN here, wrun has it in every namespace owned by this user namespace or one below it (man 7
  // user_namespaces), so all can be joined before the user namespace is made or joined; afterwards only those that it
  // owns can. An ordinary user gains the capability by joining a user namespace of its own, hence the other order.
  const late = user == Action.Join && !host.privileged;
  return new NamespacesPlan(
    decisions(asked),
    late ? [] : joined,
    user,
    late ? joined : [],
    asked.action(Kind.Time) == Action.Create ? FLAGS[Kind.Time] : 0,
    clone,
    asked.action(Kind.Cgroup) == Action.Create ? FLAGS[Kind.Cgroup] : 0,
  );
}

export function decide(
  requests: Request[],
  needs: Needs,
  host: NamespacesFacts,
): Result<NamespacesPlan, Problem[]> {
  const problems: Problem[] = [];
  const asked = read(requests, host, problems);
  if (asked.action(Kind.Mount) == Action.Share)
    report(
      problems,
      ProblemCode.Unsupported,
      "/linux/namespaces",
      "no `mount` namespace is asked for, and wrun mounts nothing in the host's",
      'add {"type": "mount"} to linux.namespaces',
    );
  checkNeeds(asked, needs, problems);
  checkRights(asked, host, problems);
  if (problems.length) return Result.err<NamespacesPlan, Problem[]>(problems);
  return Result.ok<NamespacesPlan, Problem[]>(plan(asked, host));
}
