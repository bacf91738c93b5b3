/** wrun as a library: Linux containers from TypeScript. */
export type { StatsSample } from "../wasm/generated/host.js";
export type { CheckpointOptions } from "./criu/option.ts";
export { type ErrorCode, type ErrorDetails, WrunError } from "./error.ts";
export { factsText, parseFacts, readFacts } from "./facts/file.ts";
export { features } from "./features.ts";
export { checkpoint } from "./lifecycle/checkpoint.ts";
export { type CreateOptions, create } from "./lifecycle/create.ts";
export { type ContainerEvent, events, statsEvent } from "./lifecycle/events.ts";
export { exec } from "./lifecycle/exec.ts";
export type { ExecOptions } from "./lifecycle/exec-options.ts";
export { kill } from "./lifecycle/kill.ts";
export { type Listed, list } from "./lifecycle/list.ts";
export { pause, resume } from "./lifecycle/pause.ts";
export { processesOf } from "./lifecycle/ps.ts";
export { remove } from "./lifecycle/remove.ts";
export {
  type DetachedRestoreOptions,
  type RestoreOptions,
  restore,
  restoreDetached,
} from "./lifecycle/restore.ts";
export { start } from "./lifecycle/start.ts";
export { type State, state } from "./lifecycle/state.ts";
export type { Status } from "./lifecycle/status.ts";
export { update } from "./lifecycle/update.ts";
export type { RunOptions, Stream, Volume } from "./options/types.ts";
export { type Plan, type PlanFor, plan } from "./plan.ts";
export { RunError, type RunResult } from "./run/result.ts";
export { run } from "./run/run.ts";
export { stats } from "./stats/stats.ts";
