import type { Facts } from "../../shim/facts/types.ts";
import type { Purpose } from "../../shim/program/program.ts";
import type { RootView } from "../../shim/root-view.ts";
import type { ErrorCode } from "../error.ts";
import type { Who } from "./access.ts";

/** What is known of a step that failed. */
export interface FailedStep {
  purpose: Purpose;
  /** The system call's name, "" when the program itself failed on purpose. */
  syscall: string;
  errno: string;
  index: number;
  of: number;
  facts: Facts;
  /** The process that failed, by ids of the host. */
  who: Who;
  /** The container's root file system, and the host's; left out where they cannot be looked at. */
  root?: RootView;
  host?: RootView;
}

/** Why it failed, beyond the errno. */
export interface Reason {
  because: string;
  hint?: string;
  /** Where it is more telling than the step's own. */
  code?: ErrorCode;
}

/** Knows some failures; null for all others. */
export type Rule = (failed: FailedStep) => Reason | null;
