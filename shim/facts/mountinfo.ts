import { lines } from "./text.ts";

/** One line of /proc/PID/mountinfo, man 5 proc_pid_mountinfo. */
export interface MountInfo {
  id: number;
  parent: number;
  /** The directory of the file system that is seen here; "/" unless it is a bind mount. */
  root: string;
  point: string;
  options: string[];
  type: string;
  source: string;
  superOptions: string[];
}

/** The kernel writes space, tab, line break and backslash as three octal digits. */
export function unescapeOctal(text: string): string {
  if (!text.includes("\\")) return text;
  const latin = Buffer.from(text, "utf8").toString("latin1");
  const bytes = latin.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Mounts in the order of the kernel: a later one at the same point covers an earlier one. */
export function parseMountinfo(text: string): MountInfo[] {
  return lines(text).flatMap((line) => parseLine(line) ?? []);
}

/** `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`; optional fields end at the dash. */
function parseLine(line: string): MountInfo | undefined {
  const fields = line.split(" ");
  const dash = fields.indexOf("-", 6);
  const [id, parent, , root, point, options] = fields;
  const [type, source, superOptions] = dash < 0 ? [] : fields.slice(dash + 1);
  if (root === undefined || point === undefined || type === undefined) return undefined;
  return {
    id: Number(id),
    parent: Number(parent),
    root: unescapeOctal(root),
    point: unescapeOctal(point),
    options: options?.split(",") ?? [],
    type: unescapeOctal(type),
    source: unescapeOctal(source ?? ""),
    superOptions: superOptions?.split(",") ?? [],
  };
}
