/** Takes out of a view what differs from run to run: numbers of mounts, pipes and namespaces, names of directories. */
import { readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { probe } from "../../shim/facts/probe.ts";
import type { View } from "./probe.ts";

export interface Names {
  directory: string;
  id: string;
}

/** The same view for two runs of one runtime. */
export function normal(view: View, names: Names): View {
  return new Map(
    [...view].map(([section, lines]) => {
      const read = lines.map((line) => rename(line, names));
      if (section === "mounts") return [section, mounts(read)];
      return [section, section === "outside: cgroups" ? read : read.map(placeless)];
    }),
  );
}

const hosts = new Set(
  readdirSync("/proc/self/ns").map((kind) => readlinkSync(`/proc/self/ns/${kind}`)),
);

/** runc puts a cgroup below the one it is in itself, which depends on who runs the tests. */
const own = new RegExp(
  probe()
    .cgroup.hierarchies.map((hierarchy) => hierarchy.own)
    .filter((path) => path !== "/")
    .map((path) => `(?<=[: ])${path.replace(/[.+]/g, "\\$&")}(?=/)`)
    .join("|") || "(?!)",
);

function rename(line: string, { directory, id }: Names): string {
  return line
    .replace(own, "")
    .replaceAll(directory, "BUNDLE")
    .replaceAll(basename(directory), "BUNDLE")
    .replace(/([ =:])(2[6-9]|3\d)\d{7}\b/g, "$1MAPPED")
    .replaceAll(id, "ID")
    .replace(/(pipe|socket):\[\d+\]/g, "$1:[]")
    .replace(/\b[a-z]+:\[\d+\]/g, (link) => (hosts.has(link) ? "the host's" : "its own"))
    .replace(/[ \t]+/g, " ")
    .trimEnd();
}

/** Where nothing says which cgroup it is to be: "outside: cgroups" has the answer, here it would be everywhere. */
function placeless(line: string): string {
  return line.replace(/\/\S*\bID(?=\s|$)/, "CGROUP");
}

/** A line for each mount of mountinfo(5), sorted by mount point; of those on one place, the lowest is first. */
function mounts(lines: readonly string[]): string[] {
  const fields = lines.map((line) => line.split(" "));
  const points = new Map(fields.map(([id = "", , , , point = ""]) => [id, point]));
  const read = fields.map(([, parent = "", , root = "", point = "", options = "", ...rest]) => {
    const dash = rest.indexOf("-");
    const peers = rest.slice(0, dash).map((tag) => tag.replace(/:\d+/, ""));
    const on = points.get(parent);
    const text = [
      point,
      placeless(root),
      options,
      ...peers,
      ...rest.slice(dash),
      ...(on ? [`on ${on}`] : []),
    ];
    return { point, text: text.join(" ") };
  });
  return read
    .sort((a, b) => (a.point < b.point ? -1 : a.point > b.point ? 1 : 0))
    .map((m) => m.text);
}
