import type { Modules } from "./dispatch.ts";
import type { LaunchCommand } from "./script-command.ts";

export const launchModules: Modules<LaunchCommand> = {
  create: () => import("./command/create.ts"),
  run: () => import("./command/run.ts"),
  exec: () => import("./command/exec.ts"),
};
