import type { Facts } from "../shim/facts/types.ts";
import type { Program } from "../shim/program/program.ts";
import type { Problem } from "../wasm/generated/host.js";
import type { Rootfs } from "./launch/launch.ts";
import type { RunOptions } from "./options/types.ts";
import type { Decisions } from "./policy/decide.ts";
import { prepare, probeHost, readRequest } from "./run/prepare.ts";
import type { Spec } from "./spec/types.ts";
import { takenIds } from "./state/container.ts";

/** What `run` would do. */
export interface Plan {
  id: string;
  spec: Spec;
  rootfs: Rootfs;
  facts: Facts;
  /** Each with its reason. */
  decisions: Decisions;
  /** Every system call of the launch, in order, with what it is for. */
  program: Program;
  warnings: Problem[];
}

/** What a plan is made for, when it is not for this host. */
export interface PlanFor {
  /** Of another host, as `readFacts` reads them. */
  facts?: Facts | undefined;
}

/**
 * The plan of a launch: decided as `run` decides, without any privilege, and nothing is changed. Throws WrunError.
 *
 * With facts of another host nothing of this one goes into it, but for files that the options name: a bundle, a rootfs.
 */
export function plan(options: RunOptions = {}, host: PlanFor = {}): Plan {
  const facts = host.facts ?? probeHost();
  const request = readRequest(options, facts);
  const isHere = host.facts === undefined;
  const taken = isHere ? takenIds() : { uids: [], gids: [] };
  const { spec, decisions, program } = prepare(request, facts, taken, isHere);
  const { id, rootfs } = request;
  return { id, spec, rootfs, facts, decisions, program, warnings: decisions.warnings };
}
