import { readdirSync } from "node:fs";
import { cwd, open_flags, openat2, readAll } from "../files.ts";
import { hostArch } from "../libc.ts";
import { rlimit } from "../limits.ts";
import { rlimit_names } from "../table-rlimit.ts";
import { probeCgroup } from "./cgroup.ts";
import { countList, parseMemory, parsePageSize, parseRelease, probeLsm } from "./kernel.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { namespaceTypes, probeUserNamespaces } from "./namespaces.ts";
import { probeResctrl } from "./resctrl.ts";
import { probeRoot } from "./root.ts";
import { probeSubordinate } from "./subordinate.ts";
import { readNumber, readText } from "./text.ts";
import type { Facts } from "./types.ts";
import { parseStatus, probeUser } from "./user.ts";

/**
 * What this host offers this process. Reads some thirty small files and changes nothing; what cannot be read is taken
 * for missing. Throws RangeError on an architecture wrun is not made for.
 */
export function probe(): Facts {
  const status = parseStatus(readText("/proc/self/status") ?? "");
  const mounts = parseMountinfo(readText("/proc/self/mountinfo") ?? "");
  const user = probeUser(status);
  const kernel = parseRelease((readText("/proc/sys/kernel/osrelease") ?? "").trim());
  return {
    arch: hostArch(),
    kernel,
    pageSize: pageSize(),
    cpus: countList(readText("/sys/devices/system/cpu/online") ?? "0") || 1,
    memory_bytes: parseMemory(readText("/proc/meminfo") ?? ""),
    user,
    lastCapability: readNumber("/proc/sys/kernel/cap_last_cap") ?? 40,
    namespaces: namespaceTypes(names("/proc/self/ns")),
    userNamespaces: probeUserNamespaces(),
    subordinate: probeSubordinate(user),
    cgroup: probeCgroup(mounts, kernel),
    mounts: mounts.map(({ point, type, options }) => ({ point, type, options })),
    resctrl: probeResctrl(mounts),
    root: probeRoot(),
    rlimits: Object.fromEntries(rlimit_names.map((name) => [name, rlimit(name)])),
    lsm: probeLsm(),
    seccomp: status.seccomp,
  };
}

function pageSize(): number {
  using auxv = openat2(cwd, "/proc/self/auxv", open_flags.read);
  return parsePageSize(readAll(auxv));
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
