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
import { because, isFull, quote, report, token } from "./report";
import { MALFORMED, isSysctl, sysctlKind } from "./sysctl";

const KINDS: i32 = 8;
const NAMES: StaticArray<string> = [
  "user",
  "mount",
  "pid",
  "network",
  "ipc",
  "uts",
  "cgroup",
  "time",
];
/** linux/sched.h, in the order of Kind: NEWUSER, NEWNS, NEWPID, NEWNET, NEWIPC, NEWUTS, NEWCGROUP, NEWTIME. */
const FLAGS: StaticArray<u32> = [
  0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x00000080,
];
/** Mount last: after it, no path means what it meant before. */
const JOIN_ORDER: StaticArray<Kind> = [
  Kind.Pid,
  Kind.Network,
  Kind.Ipc,
  Kind.Uts,
  Kind.Cgroup,
  Kind.Time,
  Kind.Mount,
];

/** What linux.namespaces says: for each kind the index of its entry, or -1. */
class Asked {
  entries: StaticArray<i32> = new StaticArray<i32>(KINDS);

  constructor(public requests: Request[]) {
    this.entries.fill(-1);
  }

  action(kind: Kind): Action {
    const entry = this.entries[kind];
    if (entry < 0) return Action.Share;
    return this.requests[entry].path === null ? Action.Create : Action.Join;
  }

  path(kind: Kind): string {
    const entry = this.entries[kind];
    if (entry < 0) return "";
    const path = this.requests[entry].path;
    return path === null ? "" : path;
  }

  pointer(kind: Kind): string {
    const entry = this.entries[kind];
    return entry < 0 ? "/linux/namespaces" : `/linux/namespaces/${entry}`;
  }

  /** Is a namespace other than the user namespace joined? */
  joins(): bool {
    for (let i: i32 = 0; i < JOIN_ORDER.length; i++)
      if (this.action(JOIN_ORDER[i]) == Action.Join) return true;
    return false;
  }
}

function read(requests: Request[], host: NamespacesFacts, problems: Problem[]): Asked {
  const asked = new Asked(requests);
  for (let i: i32 = 0; i < requests.length && !isFull(problems); i++) {
    const kind = requests[i].kind;
    const name = NAMES[kind];
    const pointer = `/linux/namespaces/${i}`;
    if (asked.entries[kind] >= 0) {
      report(problems, ProblemCode.Conflict, pointer, `namespace \`${name}\` is listed twice`);
      continue;
    }
    asked.entries[kind] = i;
    const path = requests[i].path;
    if (path !== null && (!path.startsWith("/") || path.includes("\0")))
      report(
        problems,
        ProblemCode.Invalid,
        pointer + "/path",
        `path ${quote(path)} of a namespace is not absolute`,
      );
    if (!(host.supported & ((<u32>1) << kind)))
      report(
        problems,
        ProblemCode.Unsupported,
        pointer,
        `this kernel has no \`${name}\` namespaces`,
        "leave it out, or use a kernel that is built with them",
      );
  }
  return asked;
}

function want(asked: Asked, kind: Kind, pointer: string, what: string, problems: Problem[]): void {
  if (asked.action(kind) != Action.Share) return;
  report(
    problems,
    ProblemCode.Invalid,
    pointer,
    `${what} needs a \`${NAMES[kind]}\` namespace, or it would be the host's`,
    `add {"type": "${NAMES[kind]}"} to linux.namespaces`,
  );
}

function pointerOf(sysctl: string): string {
  return "/linux/sysctl/" + token(sysctl);
}

function checkSysctl(asked: Asked, needs: Needs, name: string, problems: Problem[]): void {
  const kind = sysctlKind(name);
  if (kind >= 0 && asked.action(<Kind>kind) != Action.Share) {
    const isHostname = needs.hostname && isSysctl(name, "kernel/hostname");
    if (isHostname || (needs.domainname && isSysctl(name, "kernel/domainname")))
      report(
        problems,
        ProblemCode.Conflict,
        pointerOf(name),
        `sysctl ${quote(name)} and \`${isHostname ? "hostname" : "domainname"}\` set the same value`,
      );
    return;
  }
  const pointer = pointerOf(name);
  if (kind >= 0) want(asked, <Kind>kind, pointer, `sysctl ${quote(name)}`, problems);
  else if (kind == MALFORMED)
    report(
      problems,
      ProblemCode.Invalid,
      pointer,
      `sysctl ${quote(name)} is not a name below /proc/sys`,
    );
  else
    report(
      problems,
      ProblemCode.Invalid,
      pointer,
      `sysctl ${quote(name)} belongs to no namespace, it would be set for the host`,
      "set it on the host with sysctl(8)",
    );
}

function checkNeeds(asked: Asked, needs: Needs, problems: Problem[]): void {
  if (needs.hostname) want(asked, Kind.Uts, "/hostname", "`hostname`", problems);
  if (needs.domainname) want(asked, Kind.Uts, "/domainname", "`domainname`", problems);
  if (needs.idMappings) {
    want(asked, Kind.User, "/linux/uidMappings", "an id mapping", problems);
    // uid_map can be written once in the life of a namespace (map_write in kernel/user_namespace.c: EPERM after).
    if (asked.action(Kind.User) == Action.Join)
      report(
        problems,
        ProblemCode.Conflict,
        "/linux/uidMappings",
        "a joined `user` namespace has its id mappings already",
        "leave linux.uidMappings and linux.gidMappings out",
      );
  }
  if (needs.timeOffsets) {
    want(asked, Kind.Time, "/linux/timeOffsets", "a time offset", problems);
    // timens_offsets is EACCES once a process is in the namespace (man 7 time_namespaces).
    if (asked.action(Kind.Time) == Action.Join)
      report(
        problems,
        ProblemCode.Conflict,
        "/linux/timeOffsets",
        "the offsets of a joined `time` namespace cannot be set",
        "leave linux.timeOffsets out, or the path of the time namespace",
      );
  }
  for (let i: i32 = 0; i < needs.sysctl.length && !isFull(problems); i++)
    checkSysctl(asked, needs, needs.sysctl[i], problems);
}

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

function checkRights(asked: Asked, host: NamespacesFacts, problems: Problem[]): void {
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
