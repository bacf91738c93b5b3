import type { Modules } from "./dispatch.ts";
import type { LightCommand } from "./script-command.ts";

export const lightModules: Modules<LightCommand> = {
  start: () => import("./command/start.ts"),
  state: () => import("./command/state.ts"),
  kill: () => import("./command/kill.ts"),
  list: () => import("./command/list.ts"),
  delete: () => import("./command/delete.ts"),
  pause: () => import("./command/pause.ts"),
  resume: () => import("./command/resume.ts"),
  ps: () => import("./command/ps.ts"),
};
