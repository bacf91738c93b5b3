/** From the flags of `wrun checkpoint` and `wrun restore` to the options of the library. */
import { fstatSync } from "node:fs";
import { resolve } from "node:path";
import type { CheckpointOptions, RestoreFlags } from "../criu/option.ts";
import { cgroupModes } from "../criu/table-field.ts";
import type { DetachedRestoreOptions } from "../lifecycle/restore.ts";
import { type Arguments, usageError } from "./flag.ts";

const common = {
  "tcp-established": "tcpEstablished",
  "ext-unix-sk": "extUnixSk",
  "shell-job": "shellJob",
  "file-locks": "fileLocks",
  "auto-dedup": "autoDedup",
  "lazy-pages": "lazyPages",
} as const satisfies Record<string, keyof RestoreFlags>;

const ofCheckpoint = {
  "leave-running": "leaveRunning",
  "pre-dump": "preDump",
  "tcp-skip-in-flight": "tcpSkipInFlight",
  "link-remap": "linkRemap",
} as const satisfies Record<string, keyof CheckpointOptions>;

/** Throws ERR_USAGE for a value of the wrong form. */
export function checkpointOptions(given: Arguments): CheckpointOptions {
  const { values } = given;
  const parentPath = values.get("parent-path") || undefined;
  const server = values.get("page-server") || undefined;
  const status = values.get("status-fd");
  return {
    ...commonFlags(given),
    ...switchesOf(given, ofCheckpoint),
    ...(parentPath !== undefined && { parentPath }),
    ...(server !== undefined && { pageServer: pageServer(server) }),
    ...(status !== undefined && status !== "-1" && { statusFd: descriptor(status) }),
  };
}

/** Throws ERR_USAGE for a value of the wrong form. */
export function restoreOptions(given: Arguments): DetachedRestoreOptions {
  const { values } = given;
  const path = (flag: string): string | undefined => {
    const value = values.get(flag);
    return value ? resolve(value) : undefined;
  };
  const [pidFile, consoleSocket] = [path("pid-file"), path("console-socket")];
  const lsmProfile = values.get("lsm-profile") || undefined;
  const lsmMountContext = values.get("lsm-mount-context") || undefined;
  return {
    ...commonFlags(given),
    bundle: path("bundle") ?? ".",
    ...(pidFile !== undefined && { pidFile }),
    ...(consoleSocket !== undefined && { consoleSocket }),
    ...(lsmProfile !== undefined && { lsmProfile }),
    ...(lsmMountContext !== undefined && { lsmMountContext }),
  };
}

function commonFlags(given: Arguments): RestoreFlags {
  const { values, lists } = given;
  const mode = values.get("manage-cgroups-mode") || undefined;
  if (mode !== undefined && !Object.hasOwn(cgroupModes, mode))
    throw usageError(
      `\`--manage-cgroups-mode\` is \`${mode}\``,
      "it is soft, full, strict or ignore",
    );
  const empty = (lists.get("empty-ns") ?? []).find((kind) => kind !== "network");
  if (empty !== undefined)
    throw usageError(`\`--empty-ns\` is \`${empty}\``, "CRIU leaves only `network` empty");
  const workPath = values.get("work-path");
  return {
    imagePath: resolve(values.get("image-path") || "checkpoint"),
    ...(workPath && { workPath: resolve(workPath) }),
    ...(mode !== undefined && { manageCgroupsMode: mode as keyof typeof cgroupModes }),
    ...switchesOf(given, common),
  };
}

function switchesOf<Key extends string>(
  { switches }: Arguments,
  table: Readonly<Record<string, Key>>,
): { [key in Key]?: boolean } {
  const entries = Object.entries(table).filter(([flag]) => switches.get(flag));
  return Object.fromEntries(entries.map(([, key]) => [key, true])) as { [key in Key]?: boolean };
}

/** `ADDRESS:PORT`, an address of IPv6 in brackets. */
function pageServer(text: string): { address: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const [address, port] = [bracketed ?? plain, Number(digits)];
  if (address !== undefined && port > 0 && port < 65536) return { address, port };
  throw usageError(`\`--page-server\` is \`${text}\``, "it is ADDRESS:PORT");
}

function descriptor(text: string): number {
  const fd = /^\d{1,7}$/.test(text) ? Number(text) : -1;
  try {
    fstatSync(fd);
    return fd;
  } catch {
    throw usageError(`\`--status-fd\` is \`${text}\``, "it is the number of a file that is open");
  }
}
