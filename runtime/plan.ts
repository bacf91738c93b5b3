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

/** The plan of a launch: decided as `run` decides, without any privilege, and nothing is changed. Throws WrunError. */
export function plan(options: RunOptions = {}): Plan {
  const facts = probeHost();
  const request = readRequest(options, facts);
  const { spec, decisions, program } = prepare(request, facts, takenIds());
  const { id, rootfs } = request;
  return { id, spec, rootfs, facts, decisions, program, warnings: decisions.warnings };
}
