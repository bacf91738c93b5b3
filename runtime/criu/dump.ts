/** The options of a dump. */
import type { CriuDescriptors } from "../launch/criu.ts";
import type { NamespaceType, Spec } from "../spec/types.ts";
import type { StateRecord } from "../state/record.ts";
import { externalFiles } from "./descriptor.ts";
import { type CheckpointOptions, commonOptions } from "./option.ts";
import type { CriuOptions } from "./table-field.ts";

export const dump_log = "dump.log";

/** What there is to dump, and where to. */
export interface Dump {
  pid: number;
  spec: Spec;
  namespaces: StateRecord["namespaces"];
  /** Of the first process, as /proc/PID/ns has them. */
  inodes: Partial<Record<NamespaceType, number>>;
  rootfs: string;
  /** The directory of the cgroup that can be frozen, "" without one. */
  freezer: string;
  /** externalMounts(). */
  mounts: readonly string[];
  /** describe(). */
  descriptors: readonly string[];
  /** Descriptors of CRIU. */
  at: Pick<CriuDescriptors, "images" | "work">;
}

export function dumpOptions(dump: Dump, asked: CheckpointOptions): CriuOptions {
  const { pid, rootfs, freezer, spec, at, mounts, descriptors } = dump;
  const { parentPath, pageServer } = asked;
  const external = [...joinedNamespaces(dump), ...mounts, ...externalFiles(descriptors)];
  return {
    imagesDirFd: at.images,
    workDirFd: at.work,
    logFile: dump_log,
    ...commonOptions(asked, spec.annotations),
    pid,
    root: rootfs,
    leaveRunning: asked.leaveRunning ?? false,
    tcpSkipInFlight: asked.tcpSkipInFlight ?? false,
    linkRemap: asked.linkRemap ?? false,
    ...(freezer !== "" && { freezeCgroup: freezer }),
    ...(parentPath !== undefined && { parentImg: parentPath, trackMem: true }),
    ...(pageServer && { ps: pageServer }),
    // A pre-dump is of memory alone.
    ...(!asked.preDump && { external }),
  };
}

/** By runc's names. Other namespaces that were joined are dumped, and joined again at the restore. */
export const namespaceKeys = { network: "extRootNetNS", pid: "extRootPidNS" } as const;

function joinedNamespaces({ namespaces, inodes }: Dump): string[] {
  return namespaces.flatMap(({ type, action }) => {
    if (action !== "join" || (type !== "network" && type !== "pid")) return [];
    const name = type === "network" ? "net" : "pid";
    return [`${name}[${inodes[type] ?? 0}]:${namespaceKeys[type]}`];
  });
}
