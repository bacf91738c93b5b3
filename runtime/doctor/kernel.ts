/** Kernel version, system calls, namespaces. */
import type { NamespaceType } from "../spec/types.ts";
import { type Check, check, type Host, isAdmin, type Probed } from "./check.ts";

const version_least = [5, 12] as const;

/** Since when, and what wrun does with it. */
const syscalls: Record<Probed, readonly [since: string, use: string]> = {
  mount_setattr: ["5.12", "sets the flags of whole mount trees"],
  openat2: ["5.6", "keeps path lookups inside a root filesystem"],
  clone3: ["5.3", "starts a process in its namespaces and, since 5.7, in its cgroup"],
  pidfd_open: ["5.3", "waits for and signals a process that cannot be mistaken for another"],
  close_range: ["5.9", "keeps open files out of the container"],
  open_tree: ["5.2", "makes mounts that are not attached anywhere yet"],
};

/** All of them are needed by every container. */
export function kernelChecks(host: Host): Check[] {
  return [versionCheck(host), ...syscallChecks(host), namespaceCheck(host)];
}

function versionCheck({ facts: { kernel } }: Host): Check {
  const [major, minor] = version_least;
  const enough = kernel.major > major || (kernel.major === major && kernel.minor >= minor);
  return check("kernel", "version 5.12 or newer", enough, `this is ${kernel.release}`, {
    needed: true,
    remedy: "boot a newer kernel; there is no way round it",
  });
}

function syscallChecks(host: Host): Check[] {
  return Object.entries(syscalls).map(([name, [since, use]]) => {
    const answer = host.syscalls[name as Probed];
    const why = {
      yes: use,
      ENOSYS: `the kernel says ENOSYS; it came with ${since}, and ${use}`,
      EPERM: `a seccomp filter refuses it with EPERM; it ${use}`,
    }[answer];
    const remedy =
      answer === "EPERM" || isRecent(host, since)
        ? "if this is a container, allow it in that container's seccomp profile"
        : "boot a newer kernel";
    return check("kernel", name, answer === "yes", why, { needed: true, remedy });
  });
}

/** A kernel that is new enough and yet says ENOSYS is being spoken for by a seccomp filter. */
function isRecent({ facts: { kernel } }: Host, since: string): boolean {
  const [major = 0, minor = 0] = since.split(".").map(Number);
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

const kinds: readonly NamespaceType[] = ["mount", "pid", "network", "ipc", "uts"];
const kinds_optional: readonly NamespaceType[] = ["user", "cgroup", "time"];

function namespaceCheck({ facts }: Host): Check {
  const needed = isAdmin(facts) ? kinds : [...kinds, "user" as const];
  const lacking = needed.filter((kind) => !facts.namespaces.includes(kind));
  const without = kinds_optional.filter((kind) => !facts.namespaces.includes(kind));
  const found = facts.namespaces.join(", ") || "none";
  const why =
    lacking.length > 0
      ? `without ${lacking.join(", ")}; found ${found}`
      : without.length > 0
        ? `${found}; without ${without.join(", ")}, which not every container needs`
        : found;
  return check("kernel", "namespaces", lacking.length === 0, why, {
    needed: true,
    remedy: `the kernel needs ${lacking.map((kind) => option[kind]).join(", ")}`,
  });
}

/** Documented in init/Kconfig. */
const option: Record<NamespaceType, string> = {
  user: "CONFIG_USER_NS",
  mount: "CONFIG_NAMESPACES",
  pid: "CONFIG_PID_NS",
  network: "CONFIG_NET_NS",
  ipc: "CONFIG_IPC_NS",
  uts: "CONFIG_UTS_NS",
  cgroup: "CONFIG_CGROUPS",
  time: "CONFIG_TIME_NS",
};
