/** Options → everything that a launch is made from. Looks at the host, changes nothing. */
import { join } from "node:path";
import { probe } from "../../shim/facts/probe.ts";
import type { Facts } from "../../shim/facts/types.ts";
import type { Program } from "../../shim/program/program.ts";
import { WrunError } from "../error.ts";
import { mountMaps } from "../launch/id-map.ts";
import type { How, Launch } from "../launch/launch.ts";
import { buildProgram } from "../launch/program.ts";
import { type Request, request } from "../options/request.ts";
import type { RunOptions } from "../options/types.ts";
import { adjustCapabilities } from "../policy/capability.ts";
import { type Decisions, decide } from "../policy/decide.ts";
import type { Spec } from "../spec/types.ts";
import { rootPath } from "../state/directory.ts";
import { notify_directory } from "../state/notify.ts";
import { copies } from "./copy-up.ts";
import { inManager } from "./manager.ts";
import { findUser } from "./user.ts";

export interface Prepared {
  request: Request;
  /** With the user's numbers in it. */
  spec: Spec;
  facts: Facts;
  decisions: Decisions;
  program: Program;
}

/** Ids of the host that other containers have. */
export interface TakenIds {
  uids: { start: number; size: number }[];
  gids: { start: number; size: number }[];
}

/** Oldest kernel: mount_setattr(2), which nothing replaces, came with 5.12. */
const kernel_min = { major: 5, minor: 12 };

export function readRequest(options: RunOptions, facts: Facts, how?: Partial<How>): Request {
  checkKernel(facts);
  const host = {
    facts,
    cwd: process.cwd(),
    term: process.env.TERM,
    capabilities: adjustCapabilities,
  };
  const asked = request(options, host, how);
  return asked.notify ? withNotify(asked) : asked;
}

/** As under runc and crun: a directory of this container alone, and in it the socket. */
function withNotify(asked: Request): Request {
  const mount = {
    destination: "/run/notify",
    type: "none",
    source: join(rootPath(), asked.id, notify_directory),
    options: ["bind", "ro", "nosuid", "nodev", "noexec"],
  };
  const { spec } = asked;
  const env = [...(spec.process?.env ?? []), "NOTIFY_SOCKET=/run/notify/notify.sock"];
  return {
    ...asked,
    spec: {
      ...spec,
      process: { cwd: "/", ...spec.process, env },
      mounts: [...(spec.mounts ?? []), mount],
    },
  };
}

/**
 * Throws WrunError for whatever the spec, the host or the policy engine object to.
 *
 * `isHere`: are the facts of this host, so that its users can be looked up.
 */
export function prepare(asked: Request, host: Facts, taken: TakenIds, isHere = true): Prepared {
  const facts = asked.unit?.bus === "user" && isHere ? inManager(host) : host;
  const spec = findUser(asked, isHere);
  const decisions = decide({
    spec,
    facts,
    id: asked.id,
    takenIds: [...taken.uids, ...taken.gids],
    autoSize: asked.idSize,
    keep: asked.keep,
    defaultSeccomp: asked.defaultSeccomp,
  });
  const found = isHere ? copies(spec, decisions.mounts, asked.rootfs) : undefined;
  const launch = launchOf({ request: asked, spec, facts, decisions }, found);
  return { request: asked, spec, facts, decisions, program: build(launch) };
}

/** What a program is made from. */
export function launchOf(
  { request, spec, facts, decisions }: Omit<Prepared, "program">,
  copies: Launch["copies"] = new Map(),
): Launch {
  return {
    id: request.id,
    spec,
    rootfs: request.rootfs,
    decisions,
    facts,
    cgroups: decisions.cgroups.places.length,
    idMaps: mountMaps(decisions.idMappedMounts).length,
    copies,
    how: request.how,
  };
}

export function build(launch: Launch): Program {
  try {
    return buildProgram(launch);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WrunError({
      code: "ERR_CONFIG_UNSUPPORTED",
      message: `the container is more than one program can hold: ${error.message}`,
      hint: "it has a great many mounts, arguments or environment variables; give it fewer",
      cause: error,
    });
  }
}

function checkKernel({ kernel }: Facts): void {
  const { major, minor } = kernel_min;
  if (kernel.major > major || (kernel.major === major && kernel.minor >= minor)) return;
  throw new WrunError({
    code: "ERR_KERNEL_TOO_OLD",
    message: `Linux \`${kernel.release}\` is too old: wrun needs ${major}.${minor}`,
    because:
      "mount_setattr(2) and openat2(2), without which mounts cannot be made safely, are missing",
    hint: "use a newer kernel, or runc",
  });
}

/** The facts of this host; on an architecture that wrun has no init for, an error. */
export function probeHost(): Facts {
  try {
    return probe();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WrunError({ code: "ERR_FEATURE_MISSING", message: error.message, cause: error });
  }
}
