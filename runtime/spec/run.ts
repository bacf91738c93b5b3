import { defaultPaths } from "../policy/paths.ts";
import { oci_version } from "./default.ts";
import { cgroupMount, deviceMounts, path_default, procMount, sysfsMount } from "./table-default.ts";
import type { Spec } from "./types.ts";

/** What a spec without a bundle depends on, besides the options that are applied over it later. */
export interface RunSpecInput {
  hostname: string;
  /** bounding, effective and permitted; inheritable and ambient stay empty (CVE-2022-24769). */
  capabilities: readonly string[];
  /** How many processors the host has: each has a thermal_throttle directory in sysfs to be masked. */
  cpus: number;
  /** Is the group 5, tty, an id of the container? An ordinary user's may have one id only. */
  tty: boolean;
  nofile: { soft: number; hard: number };
}

/**
 * The spec of `wrun run` without a bundle: everything of its own. /tmp and /run are the container's, so neither a socket
 * of the host's nor a predictable name is to be found there.
 */
export function runSpec(input: RunSpecInput): Spec {
  const capabilities = [...input.capabilities];
  const { soft, hard } = input.nofile;
  return {
    ociVersion: oci_version,
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: [path_default],
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: "RLIMIT_NOFILE", soft, hard }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: false },
    hostname: input.hostname,
    mounts: [
      procMount,
      ...deviceMounts(input.tty),
      sysfsMount,
      cgroupMount,
      {
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "nodev", "mode=1777"],
      },
      {
        destination: "/run",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "nodev", "mode=755"],
      },
    ],
    linux: {
      // Whoever adds CAP_MKNOD must not get the host's disks with it.
      resources: { devices: [{ allow: false, access: "rwm" }] },
      namespaces: (["pid", "network", "ipc", "uts", "mount", "cgroup"] as const).map((type) => ({
        type,
      })),
      ...defaultPaths(input.cpus),
    },
  };
}
