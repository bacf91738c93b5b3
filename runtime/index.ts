/** wrun as a library: Linux containers from TypeScript. */
export type { StatsSample } from "../wasm/generated/host.js";
export { type ErrorCode, type ErrorDetails, WrunError } from "./error.ts";
export { factsText, parseFacts, readFacts } from "./facts/file.ts";
export type { RunOptions, Stream, Volume } from "./options/types.ts";
export { type Plan, type PlanFor, plan } from "./plan.ts";
export { RunError, type RunResult } from "./run/result.ts";
export { run } from "./run/run.ts";
export { remove } from "./state/remove.ts";
export { stats } from "./stats/stats.ts";
