/** The messages of CRIU's images/rpc.proto that wrun sends, as far as it fills them in: names and numbers of the fields. */

/** `criu_opts`. Descriptors are those of CRIU itself, which has made its own socket (launch/criu.ts). */
export interface CriuOptions {
  imagesDirFd: number;
  workDirFd: number;
  /** A name without a directory, in that of `workDirFd`, else of `imagesDirFd`. */
  logFile: string;
  logLevel: number;
  configFile?: string;
  pid?: number;
  root: string;
  /** Relative to the images. */
  parentImg?: string;
  trackMem?: boolean;
  leaveRunning?: boolean;
  extUnixSk?: boolean;
  tcpEstablished?: boolean;
  tcpSkipInFlight?: boolean;
  linkRemap?: boolean;
  evasiveDevices?: boolean;
  shellJob?: boolean;
  fileLocks?: boolean;
  autoDedup?: boolean;
  lazyPages?: boolean;
  /** The server that pages go to. */
  ps?: { address: string; port: number };
  notifyScripts: boolean;
  orphanPtsMaster: boolean;
  manageCgroups: boolean;
  manageCgroupsMode?: number;
  cgRoot?: readonly { ctrl: string; path: string }[];
  freezeCgroup?: string;
  rstSibling?: boolean;
  inheritFd?: readonly { key: string; fd: number }[];
  joinNs?: readonly { ns: string; nsFile: string }[];
  external?: readonly string[];
  /** CLONE_NEW* of the namespaces that are made anew and not filled. */
  emptyNs?: number;
  lsmProfile?: string;
  lsmMountContext?: string;
}

export const optionNumbers: Record<keyof CriuOptions, number> = {
  imagesDirFd: 1,
  pid: 2,
  leaveRunning: 3,
  extUnixSk: 4,
  tcpEstablished: 5,
  evasiveDevices: 6,
  shellJob: 7,
  fileLocks: 8,
  logLevel: 9,
  logFile: 10,
  ps: 11,
  notifyScripts: 12,
  root: 13,
  parentImg: 14,
  trackMem: 15,
  autoDedup: 16,
  workDirFd: 17,
  linkRemap: 18,
  manageCgroups: 24,
  cgRoot: 25,
  rstSibling: 26,
  inheritFd: 27,
  manageCgroupsMode: 34,
  external: 37,
  emptyNs: 38,
  joinNs: 39,
  freezeCgroup: 44,
  tcpSkipInFlight: 46,
  lazyPages: 48,
  orphanPtsMaster: 50,
  configFile: 51,
  lsmProfile: 53,
  lsmMountContext: 63,
};

/** Of the messages within: every name is the first or the second field wherever it is one. */
export const innerNumbers: Record<string, number> = {
  address: 1,
  port: 2,
  ctrl: 1,
  path: 2,
  key: 1,
  fd: 2,
  ns: 1,
  nsFile: 2,
};

/** `criu_req_type`. */
export const kinds = { dump: 1, restore: 2, preDump: 4, notify: 6 } as const;

/** `criu_req` and `criu_resp`. */
export const requestNumbers = { type: 1, opts: 2, notifySuccess: 3 } as const;
export const responseNumbers = {
  type: 1,
  success: 2,
  restore: 4,
  notify: 5,
  errno: 7,
  message: 9,
} as const;

/** `criu_cg_mode`. */
export const cgroupModes = { ignore: 0, soft: 3, full: 4, strict: 5 } as const;
