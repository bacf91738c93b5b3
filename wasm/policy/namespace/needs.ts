// What else of a spec needs a namespace: a hostname, a sysctl and so on would be the host's without.

import {
  NamespacesAction as Action,
  NamespacesKind as Kind,
  NamespacesNeeds as Needs,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { isFull, quote, report, token } from "../report";
import { Asked, NAMES } from "./asked";
import { MALFORMED, isSysctl, sysctlKind } from "./sysctl";

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

export function checkNeeds(asked: Asked, needs: Needs, problems: Problem[]): void {
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
