/** User namespaces that hold the ids of mounts: no process stays in one, a descriptor keeps it. */

import type { Facts } from "../../shim/facts/types.ts";
import type { Fd } from "../../shim/fd.ts";
import { cwd, open_flags, openat2 } from "../../shim/files.ts";
import { startInit } from "../../shim/init.ts";
import { Builder } from "../../shim/program/builder.ts";
import {
  decodeReport,
  encode,
  report_bytes,
  report_fd_usual,
  report_kind,
} from "../../shim/program/encode.ts";
import { WrunError } from "../error.ts";
import { type MountMap, mountMaps } from "../launch/id-map.ts";
import { report, waitForHost } from "../launch/report.ts";
import { stage } from "../launch/stage.ts";
import { CLONE_NEWUSER, PR_SET_PDEATHSIG, SIGKILL } from "../launch/table-kernel.ts";
import type { Decisions } from "../policy/decide.ts";
import { Child } from "./child.ts";
import { writeMap } from "./id-map.ts";

/**
 * One for each of the maps of these mounts, in the order of launch/id-map.ts. Rejects with WrunError ERR_IDMAP or
 * ERR_USERNS_DENIED, none left open.
 */
export async function openMountMaps(
  plans: Decisions["idMappedMounts"],
  facts: Facts,
  abort: AbortSignal,
): Promise<Fd[]> {
  const opened: Fd[] = [];
  try {
    for (const map of mountMaps(plans)) opened.push(await openOne(map, facts, abort));
    return opened;
  } catch (error) {
    for (const fd of opened) fd.close();
    throw error;
  }
}

async function openOne({ uids, gids }: MountMap, facts: Facts, abort: AbortSignal): Promise<Fd> {
  using init = startInit(encode(holder(), facts.arch), []);
  const child = new Child(init.pid);
  try {
    const bytes = await init.channel.read(report_bytes, abort);
    const told = bytes && decodeReport(bytes);
    if (told?.kind !== "ready") throw refused();
    const map = { denySetgroups: false, writer: "direct" as const };
    await writeMap(child.pid, "uid", { ...map, map: uids }, facts);
    await writeMap(child.pid, "gid", { ...map, map: gids }, facts);
    return openat2(cwd, `/proc/${child.pid}/ns/user`, open_flags.read);
  } finally {
    await child.end();
  }
}

/** A process that makes a user namespace, and waits in it to be killed. */
function holder() {
  const scene = { program: new Builder(), fds: { report: report_fd_usual } };
  const purpose = { say: "create a user namespace for a mount", code: "ERR_USERNS_DENIED" };
  scene.program.call("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0], purpose);
  scene.program.call("unshare", [CLONE_NEWUSER], purpose);
  report(scene, report_kind.ready, stage.idMaps, purpose);
  waitForHost(scene, purpose);
  return { ...scene.program.finish(), report_fd: report_fd_usual };
}

function refused(): WrunError {
  return new WrunError({
    code: "ERR_USERNS_DENIED",
    message: "cannot make a user namespace for the ids of a mount",
    hint: "`wrun doctor` says what forbids it",
  });
}
