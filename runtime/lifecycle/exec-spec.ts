/** What `exec` asks for, as a spec of its own: the container's, with another process and every namespace joined. */

import type { Process, Spec } from "../spec/types.ts";
import type { StateRecord } from "../state/record.ts";

export interface ExecProcess {
  args?: string[];
  cwd?: string;
  /** `NAME=value`, over those of the container's own process. */
  env?: string[];
  tty?: boolean;
  additionalGids?: number[];
  /** `CAP_` names to add to those of the container's process. */
  capabilities?: string[];
  noNewPrivileges?: boolean;
  apparmorProfile?: string;
  selinuxLabel?: string;
}

/** `whole`: the process as a whole, from a file; the flags then say no more. */
export function execSpec(
  { ociVersion, root, linux, process, annotations }: Spec,
  { namespaces }: StateRecord,
  pid: number,
  asked: ExecProcess,
  whole?: Process,
): Spec {
  const joined = namespaces
    .filter(({ action }) => action !== "share")
    .map(({ type }) => ({ type, path: `/proc/${pid}/ns/${files[type]}` }));
  return {
    ociVersion,
    ...(root && { root }),
    ...(annotations && { annotations }),
    process: whole ?? changed(process ?? { cwd: "/" }, asked),
    linux: {
      namespaces: joined,
      ...(linux?.seccomp && { seccomp: linux.seccomp }),
      ...(linux?.personality && { personality: linux.personality }),
      ...(linux?.memoryPolicy && { memoryPolicy: linux.memoryPolicy }),
    },
  };
}

/** As /proc/PID/ns has them, where that is another word. */
const files = {
  ...{ user: "user", pid: "pid", ipc: "ipc", uts: "uts", cgroup: "cgroup", time: "time" },
  ...{ mount: "mnt", network: "net" },
} as const;

function changed(own: Process, asked: ExecProcess): Process {
  const { capabilities = [], noNewPrivileges } = asked;
  const { consoleSize: _, ...base } = own;
  return {
    ...base,
    terminal: asked.tty ?? false,
    ...(asked.args && { args: asked.args }),
    ...(asked.cwd !== undefined && { cwd: asked.cwd }),
    env: [...(own.env ?? []), ...(asked.env ?? [])],
    ...(noNewPrivileges && { noNewPrivileges }),
    ...(asked.apparmorProfile !== undefined && { apparmorProfile: asked.apparmorProfile }),
    ...(asked.selinuxLabel !== undefined && { selinuxLabel: asked.selinuxLabel }),
    ...(capabilities.length > 0 && { capabilities: added(own.capabilities, capabilities) }),
  };
}

/** In the sets that a program starts with, as runc does it. */
function added(sets: Process["capabilities"] = {}, names: string[]): Process["capabilities"] {
  const all = (set: string[] = []): string[] => [...new Set([...set, ...names])];
  return {
    ...sets,
    bounding: all(sets.bounding),
    effective: all(sets.effective),
    permitted: all(sets.permitted),
  };
}
