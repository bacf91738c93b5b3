/** Files of the cgroup that a process is in, whatever hierarchy has them. */
import { existsSync, readFileSync } from "node:fs";
import { probe } from "../../shim/facts/probe.ts";

/** The directories of a process's cgroups, by the controllers of each; "" is v2. */
export function cgroupsOf(pid: number): { controllers: readonly string[]; path: string }[] {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
  return probe().cgroup.hierarchies.flatMap(({ mount, unified, controllers }) => {
    const line = lines.find((each) => {
      const names = each.split(":")[1] ?? "";
      return unified ? names === "" : controllers.some((name) => names.split(",").includes(name));
    });
    return line ? [{ controllers, path: `${mount}${line.split(":").slice(2).join(":")}` }] : [];
  });
}

/** What a file reads in the cgroup that a process is in, "" when there is no such file. */
export function cgroupFile(pid: number, file: string): string {
  const found = cgroupsOf(pid).find(({ path }) => existsSync(`${path}/${file}`));
  return found ? readFileSync(`${found.path}/${file}`, "utf8").trim() : "";
}
