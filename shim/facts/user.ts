import { lines, readText } from "./text.ts";
import type { Facts } from "./types.ts";

/** What /proc/self/status says of rights. */
export interface Status {
  effective: bigint;
  bounding: bigint;
  /** A kernel without seccomp has no such line. */
  seccomp: boolean;
}

/** The fields of /proc/PID/status that wrun decides by. */
export function parseStatus(text: string): Status {
  const mask = (name: string) => BigInt(`0x${field(text, name) ?? "0"}`);
  return {
    effective: mask("CapEff"),
    bounding: mask("CapBnd"),
    seccomp: field(text, "Seccomp") !== undefined,
  };
}

function field(text: string, name: string): string | undefined {
  const at = text.indexOf(`\n${name}:`);
  if (at < 0) return undefined;
  const end = text.indexOf("\n", at + 1);
  return text.slice(at + name.length + 2, end < 0 ? undefined : end).trim();
}

/** The name and home of a uid in the text of /etc/passwd; both "" when it is not there. */
export function findUser(passwd: string, uid: number): { name: string; home: string } {
  for (const line of lines(passwd)) {
    const [name, , id, , , home] = line.split(":");
    // `id` may also be empty or missing, which Number() would take for root.
    if (name && id && Number(id) === uid) return { name, home: home ?? "" };
  }
  return { name: "", home: "" };
}

/** Of this process; effective ids. */
export function probeUser({ effective, bounding }: Status): Facts["user"] {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  return { uid, gid, ...findUser(readText("/etc/passwd") ?? "", uid), effective, bounding };
}
