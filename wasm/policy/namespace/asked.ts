// What linux.namespaces asks for, read once.

import {
  NamespacesAction as Action,
  NamespacesFacts,
  NamespacesKind as Kind,
  NamespacesRequest as Request,
  Problem,
  ProblemCode,
} from "../../generated/as/types";
import { isFull, quote, report } from "../report";

export const KINDS: i32 = 8;
export const NAMES: StaticArray<string> = [
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
export const FLAGS: StaticArray<u32> = [
  0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x00000080,
];
/** Mount last: after it, no path means what it meant before. */
export const JOIN_ORDER: StaticArray<Kind> = [
  Kind.Pid,
  Kind.Network,
  Kind.Ipc,
  Kind.Uts,
  Kind.Cgroup,
  Kind.Time,
  Kind.Mount,
];

/** What linux.namespaces says: for each kind the index of its entry, or -1. */
export class Asked {
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

export function read(requests: Request[], host: NamespacesFacts, problems: Problem[]): Asked {
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
