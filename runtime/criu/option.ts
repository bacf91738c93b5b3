/** What callers ask of a checkpoint and a restore, and what of it goes to CRIU as it is. */
import { type CriuOptions, cgroupModes } from "./table-field.ts";

interface CriuFlags {
  /** Where the images are, absolute; made for a checkpoint. */
  imagePath: string;
  /** Where CRIU puts its log, absolute. Default: with the images. */
  workPath?: string;
  /** Connections that are open: the other side must not notice. */
  tcpEstablished?: boolean;
  /** Unix sockets whose other end is outside. */
  extUnixSk?: boolean;
  /** The container is a job of a shell, whose session and terminal it shares. */
  shellJob?: boolean;
  fileLocks?: boolean;
  /** How CRIU treats cgroups (criu(8), --manage-cgroups). Default `soft`. */
  manageCgroupsMode?: keyof typeof cgroupModes;
  /** Punch out of the images of before what is in newer ones. */
  autoDedup?: boolean;
  lazyPages?: boolean;
}

export interface CheckpointOptions extends CriuFlags {
  /** The images of a pre-dump, relative to `imagePath`. */
  parentPath?: string;
  /** The container goes on. Default: it is gone afterwards. */
  leaveRunning?: boolean;
  /** Only its memory, to have less to do later; the container goes on. */
  preDump?: boolean;
  tcpSkipInFlight?: boolean;
  /** Files that have no name any more get one (criu(8), --link-remap). */
  linkRemap?: boolean;
  /** The server that the pages go to. */
  pageServer?: { address: string; port: number };
  /** A descriptor that gets a NUL when pages can be asked for (`lazyPages`). */
  statusFd?: number;
}

export interface RestoreFlags extends CriuFlags {
  /** `apparmor:NAME` or `selinux:LABEL` in the place of what it had. */
  lsmProfile?: string;
  lsmMountContext?: string;
}

export const log_level = 4;
const config_file = "/etc/criu/runc.conf";
/** linux/sched.h. */
const clone_newnet = 0x40000000;

/**
 * The same for both. A network namespace of the container's own is never filled by CRIU, as under runc: its devices are
 * the business of whoever put them there.
 */
export function commonOptions(
  asked: CriuFlags,
  annotations: Readonly<Record<string, string>> = {},
): Pick<
  CriuOptions,
  "logLevel" | "notifyScripts" | "orphanPtsMaster" | "manageCgroups" | "emptyNs"
> &
  Partial<CriuOptions> {
  const config = annotations["org.criu.config"] ?? config_file;
  const mode = asked.manageCgroupsMode;
  return {
    logLevel: log_level,
    notifyScripts: true,
    orphanPtsMaster: true,
    manageCgroups: true,
    emptyNs: clone_newnet,
    ...(config !== "" && { configFile: config }),
    ...(mode !== undefined && { manageCgroupsMode: cgroupModes[mode] }),
    tcpEstablished: asked.tcpEstablished ?? false,
    extUnixSk: asked.extUnixSk ?? false,
    shellJob: asked.shellJob ?? false,
    fileLocks: asked.fileLocks ?? false,
    autoDedup: asked.autoDedup ?? false,
    lazyPages: asked.lazyPages ?? false,
  };
}
