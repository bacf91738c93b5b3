import { readText } from "./text.ts";

/** `6.1.0-13-amd64`, `5.15.90.1-microsoft-standard-WSL2`: the first two numbers; 0 for what is not one. */
export function parseRelease(release: string): { release: string; major: number; minor: number } {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return { release, major: Number(major ?? 0), minor: Number(minor ?? 0) };
}

/** How many ids a list such as `0-3,8` names (/sys/devices/system/cpu/online). */
export function countList(text: string): number {
  return text
    .trim()
    .split(",")
    .map((range) => /^(\d+)(?:-(\d+))?$/.exec(range))
    .reduce(
      (sum, match) => sum + (match ? Number(match[2] ?? match[1]) - Number(match[1]) + 1 : 0),
      0,
    );
}

/** MemTotal of /proc/meminfo, in bytes; 0 when it is not there. */
export function parseMemory(meminfo: string): number {
  return 1024 * Number(/^MemTotal:\s*(\d+) kB$/m.exec(meminfo)?.[1] ?? 0);
}

/** The page size in /proc/self/auxv (AT_PAGESZ), pairs of u64: 4096, on some arm64 kernels 16384 or 65536. */
export function parsePageSize(auxv: Uint8Array): number {
  const at_pagesz = 6n;
  const view = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (view.getBigUint64(at, true) === at_pagesz) return Number(view.getBigUint64(at + 8, true));
  }
  return 4096;
}

/** /sys/kernel/security/lsm: `lockdown,capability,yama,apparmor`; [] when securityfs is not mounted. */
export function probeLsm(): string[] {
  return (readText("/sys/kernel/security/lsm") ?? "").trim().split(",").filter(Boolean);
}
