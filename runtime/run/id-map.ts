/** Writes the id maps of a user namespace that init has just made; `man 7 user_namespaces`. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Facts } from "../../shim/facts/types.ts";
import { WrunError } from "../error.ts";
import type { Decisions } from "../policy/decide.ts";

type IdMap = Pick<NonNullable<Decisions["uidMap"]>, "map" | "denySetgroups" | "writer">;
type Which = "uid" | "gid";

/** gid first or uid first does not matter to the kernel; `deny` in setgroups does, and comes before gid_map. */
export async function writeIdMaps(pid: number, decisions: Decisions, facts: Facts): Promise<void> {
  const { uidMap, gidMap } = decisions;
  if (uidMap) await writeMap(pid, "uid", uidMap, facts);
  if (gidMap) await writeMap(pid, "gid", gidMap, facts);
}

/** One map; throws WrunError ERR_IDMAP. */
export async function writeMap(
  pid: number,
  which: Which,
  plan: IdMap,
  facts: Facts,
): Promise<void> {
  if (plan.denySetgroups) writeProc(pid, "setgroups", "deny");
  const lines = plan.map.map((m) => [m.containerId, m.hostId, m.size].map(String));
  if (plan.writer !== "helper") {
    writeProc(pid, `${which}_map`, `${lines.map((line) => line.join(" ")).join("\n")}\n`);
    return;
  }
  const helper = facts.subordinate[which === "uid" ? "newuidmap" : "newgidmap"];
  if (helper === null) throw new RangeError(`new${which}map was chosen and is not there`);
  // Loaded when it is needed: most launches are without, and it takes 5 ms.
  const { execFile } = await import("node:child_process");
  const { promisify } = await import("node:util");
  try {
    // An environment of its own: nothing of wrun's reaches a setuid program.
    await promisify(execFile)(helper, [`${pid}`, ...lines.flat()], { env: {}, cwd: "/" });
  } catch (error) {
    throw helperFailed(helper, which, error);
  }
}

/** One write(2), at offset 0: the kernel takes the whole map at once or not at all. */
function writeProc(pid: number, file: string, text: string): void {
  const path = `/proc/${pid}/${file}`;
  const fd = openProc(path);
  try {
    writeSync(fd, text);
  } catch (error) {
    throw refused(path, text, error);
  } finally {
    closeSync(fd);
  }
}

function openProc(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw refused(path, "", error);
  }
}

function refused(path: string, text: string, cause: unknown): WrunError {
  const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
  return new WrunError({
    code: "ERR_IDMAP",
    message: `cannot write \`${text.trim().replaceAll("\n", ", ")}\` to \`${path}\`: ${errno}`,
    because: "the kernel refuses an id map that the writer has no right to, or that is malformed",
    hint: "wrun doctor says which ids this user may map",
    errno,
    path,
    cause,
  });
}

function helperFailed(helper: string, which: Which, cause: unknown): WrunError {
  const { stderr = "" } = cause as { stderr?: string };
  return new WrunError({
    code: "ERR_IDMAP",
    message: `\`${helper}\` refuses the ${which} map${stderr ? `: ${stderr.trim()}` : ""}`,
    hint: `the host ids must be in this user's line of /etc/sub${which}`,
    path: helper,
    cause,
  });
}
