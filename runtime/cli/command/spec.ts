/** `wrun spec`: writes a config.json to start from, and says nothing, as runc does. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WrunError } from "../../error.ts";
import { defaultSpec, specText } from "../../spec/default.ts";
import { type Arguments, refuseRest } from "../flag.ts";

/** Writes config.json; 0. Throws when there is one already (EEXIST) or no directory for it. */
export function execute({ switches, values, rest }: Arguments): number {
  refuseRest("spec", rest);
  const bundle = values.get("bundle") ?? ".";
  const rootless = switches.get("rootless") ? ownIds() : undefined;
  // As runc: a cgroup namespace where the host has cgroup v2 alone.
  const cgroupNamespace = existsSync("/sys/fs/cgroup/cgroup.controllers");
  const spec = defaultSpec({ cgroupNamespace, ...(rootless && { rootless }) });
  writeNew(bundle, specText(spec));
  return 0;
}

function ownIds(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

/** O_EXCL and not a look before: a file that appears in between must not be lost. */
function writeNew(bundle: string, text: string): void {
  const path = join(bundle, "config.json");
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? "";
    throw new WrunError({
      code: errno === "EEXIST" ? "ERR_USAGE" : "ERR_BUNDLE_NOT_FOUND",
      message: `cannot write \`${path}\`: ${errno}`,
      hint: hints[errno] ?? "",
      errno,
      path,
      cause: error,
    });
  }
}

const hints: Record<string, string> = {
  EEXIST:
    "an existing config.json is never overwritten: remove it first, or choose another --bundle",
  ENOENT: "make the directory first",
  ENOTDIR: "--bundle is a directory",
};
