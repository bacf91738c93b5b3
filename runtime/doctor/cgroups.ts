/** Which limits can be set, by cgroup version, controller and delegation. */
import type { Facts } from "../../shim/facts/types.ts";
import { type Check, check, type Host, isPrivileged } from "./check.ts";

/** The controllers and the flags of `wrun run` that they stand behind. */
const controllers = {
  memory: "--memory",
  cpu: "--cpus, --cpu-shares",
  cpuset: "--cpuset-cpus",
  pids: "--pids-limit",
} as const;

/** None of them is needed by every container: one without limits runs without cgroups. */
export function cgroupChecks(host: Host): Check[] {
  const { cgroup } = host.facts;
  return [
    versionCheck(host.facts),
    ...Object.entries(controllers).map(one),
    swapCheck(cgroup.swap),
  ];

  function one([name, flags]: [string, string]): Check {
    return controllerCheck(host, name, flags);
  }
}

function versionCheck({ cgroup }: Facts): Check {
  const { version } = cgroup;
  const [first, ...more] = cgroup.hierarchies.map(({ mount }) => mount);
  const others = more.length > 0 ? ` and ${more.length} more` : "";
  const why = version === "none" ? "no hierarchy is mounted" : `${version}, at ${first}${others}`;
  return check("cgroups", "mounted", version !== "none", why, {
    remedy: "sudo mount -t cgroup2 none /sys/fs/cgroup (no limit can be set without)",
  });
}

function controllerCheck(host: Host, name: string, flags: string): Check {
  const { facts } = host;
  const hierarchy = facts.cgroup.hierarchies.find((each) => each.controllers.includes(name));
  const title = `${name} controller`;
  if (!hierarchy) {
    const delegated = facts.cgroup.version === "v2" && !isPrivileged(facts);
    const why = delegated
      ? `not available in this user's cgroup, so not ${flags}`
      : `not available, so not ${flags}`;
    return check("cgroups", title, false, why, {
      remedy: delegated ? delegate(host) : enable(name),
    });
  }
  const version = hierarchy.unified ? "v2" : "v1";
  if (hierarchy.writable === "none") {
    const why = `in ${version}, and ${hierarchy.mount}${slash(hierarchy.own)} cannot be written, so not ${flags}`;
    const remedy = isPrivileged(facts)
      ? `${hierarchy.mount} is mounted read-only; is this a container? give it a writable cgroup`
      : hierarchy.unified
        ? delegate(host)
        : "cgroup v1 is not for ordinary users: run wrun as root, or boot with systemd.unified_cgroup_hierarchy=1";
    return check("cgroups", title, false, why, { remedy });
  }
  const below =
    hierarchy.writable === "root" ? hierarchy.mount : `${hierarchy.mount}${slash(hierarchy.own)}`;
  return check("cgroups", title, true, `${version}, below ${below}: ${flags}`);
}

function slash(path: string): string {
  return path === "/" ? "" : path;
}

function enable(name: string): string {
  return name === "memory"
    ? "boot with cgroup_enable=memory (Raspberry Pi and others switch it off)"
    : `the kernel needs the controller; see grep ${name} /proc/cgroups`;
}

function delegate({ systemd, facts }: Host): string {
  if (!systemd) {
    const { uid, gid } = facts.user;
    return `as root: make a cgroup, chown ${uid}:${gid} it, its cgroup.procs and cgroup.subtree_control, and start the shell in it`;
  }
  return [
    "as root, in /etc/systemd/system/user@.service.d/delegate.conf:",
    "  [Service]",
    "  Delegate=cpu cpuset io memory pids",
    "then `sudo systemctl daemon-reload` and log in again; or for one command:",
    "  systemd-run --user --scope -p Delegate=yes wrun run ...",
  ].join("\n");
}

function swapCheck(swap: boolean): Check {
  const why = swap ? "--memory-swap" : "the kernel does not count swap, so not --memory-swap";
  return check("cgroups", "swap accounting", swap, why, { remedy: "boot with swapaccount=1" });
}
