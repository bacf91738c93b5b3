import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WrunError } from "../error.ts";
import { ContainerState } from "../state/container.ts";
import { notFound } from "./error.ts";

/**
 * New schemata for a container's class of service, undefined for "as it is". Throws ERR_NOT_FOUND, and ERR_RDT where it has no
 * class of its own or the kernel refuses them.
 */
export function updateRdt(id: string, ...schemata: (string | undefined)[]): void {
  const lines = schemata.filter(Boolean);
  if (lines.length === 0) return;
  const record = ContainerState.peek(id);
  if (record === null) throw notFound(id);
  const [tasks] = record.rdt?.tasks ?? [];
  if (tasks === undefined)
    throw new WrunError({
      code: "ERR_RDT",
      message: `container \`${id}\` is in no class of service`,
      hint: "it takes linux.intelRdt in its config.json",
    });
  const path = join(dirname(tasks), "schemata");
  try {
    writeFileSync(path, `${lines.join("\n")}\n`);
  } catch (error) {
    const { code: errno = "EIO" } = error as NodeJS.ErrnoException;
    throw new WrunError({
      code: "ERR_RDT",
      message: `cannot write \`${lines.join(", ")}\` to \`${path}\`: ${errno}`,
      hint: `info/last_cmd_status says: ${status(dirname(dirname(tasks)))}`,
      errno,
      path,
      cause: error,
    });
  }
}

function status(mount: string): string {
  try {
    return readFileSync(join(mount, "info/last_cmd_status"), "utf8").trim();
  } catch {
    return "nothing";
  }
}
