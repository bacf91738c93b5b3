import { readdirSync, readFileSync } from "node:fs";

/**
 * Children of this process that have the name (/proc/PID/comm), zombies among them.
 *
 * By a walk over /proc, for want of a system call: /proc/PID/task/TID/children is an option of the kernel's build.
 */
export function childrenNamed(name: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      // `PID (COMM) STATE PPID …`, where COMM may hold anything.
      const stat = text(`/proc/${pid}/stat`);
      const end = stat.lastIndexOf(")");
      const parent = stat.slice(end + 2).split(" ")[1];
      return parent === `${process.pid}` && stat.slice(stat.indexOf("(") + 1, end) === name;
    });
}

function text(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It ended meanwhile.
    return "";
  }
}
