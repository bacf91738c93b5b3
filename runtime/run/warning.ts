import type { Problem } from "../../wasm/generated/host.js";
import { type ErrorCode, WrunError } from "../error.ts";
import type { Decisions } from "../policy/decide.ts";
import { warn } from "../warning.ts";

/**
 * Says what the policy engine does otherwise than it was asked: config.md#linux-process wants to know of a capability
 * that cannot be granted. System calls that a kernel lacks are left to `plan`: profiles are made for all kernels.
 */
export function tellWarnings({ cgroups, capabilities, rdt }: Decisions): void {
  tell("ERR_CGROUP", cgroups.warnings);
  tell("ERR_CAPABILITY", capabilities.warnings);
  tell("ERR_RDT", rdt?.warnings ?? []);
}

function tell(code: ErrorCode, problems: readonly Problem[]): void {
  for (const { message, hint, pointer } of problems)
    warn(new WrunError({ code, message, ...(hint && { hint }), ...(pointer && { pointer }) }));
}
