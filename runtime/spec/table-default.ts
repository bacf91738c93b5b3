import type { Mount } from "./types.ts";

/** execvp(3) of the container searches it; the same as Docker's, so that images behave alike. */
export const path_default = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What `runc spec` grants; `wrun run` has a longer list, from the policy engine. */
export const spec_capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

export const procMount: Mount = { destination: "/proc", type: "proc", source: "proc" };

/** The mounts below /dev, in order. `gid=5` is the group `tty`, where the container has such an id. */
export function deviceMounts(tty: boolean): Mount[] {
  return [
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: [
        ...["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
        ...(tty ? ["gid=5"] : []),
      ],
    },
    {
      destination: "/dev/shm",
      type: "tmpfs",
      source: "shm",
      options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
    },
    {
      destination: "/dev/mqueue",
      type: "mqueue",
      source: "mqueue",
      options: ["nosuid", "noexec", "nodev"],
    },
  ];
}

export const sysfsMount: Mount = {
  destination: "/sys",
  type: "sysfs",
  source: "sysfs",
  options: ["nosuid", "noexec", "nodev", "ro"],
};

/** sysfs shows the network namespace of its mounter, who must own it: who shares the host's gets the host's /sys. */
export const sysBind: Mount = {
  destination: "/sys",
  type: "none",
  source: "/sys",
  options: ["rbind", "nosuid", "noexec", "nodev", "ro"],
};

/** The same for `wrun run`, where what is mounted below /sys is read-only too (CVE-2023-25809). */
export const sysBindAll: Mount = {
  ...sysBind,
  options: ["rbind", "nosuid", "noexec", "nodev", "rro"],
};

export const cgroupMount: Mount = {
  destination: "/sys/fs/cgroup",
  type: "cgroup",
  source: "cgroup",
  options: ["nosuid", "noexec", "nodev", "relatime", "ro"],
};
