/** The entry of dist/cli.cjs: all commands, each of them loaded when it is asked for. */
import { launchModules } from "./launch-module.ts";
import { lightModules } from "./light-module.ts";
import { main } from "./main.ts";

main({
  ...lightModules,
  ...launchModules,
  checkpoint: () => import("./command/checkpoint.ts"),
  restore: () => import("./command/restore.ts"),
  update: () => import("./command/update.ts"),
  events: () => import("./command/events.ts"),
  features: () => import("./command/features.ts"),
  spec: () => import("./command/spec.ts"),
  plan: () => import("./command/plan.ts"),
  compare: () => import("./command/compare.ts"),
  facts: () => import("./command/facts.ts"),
  doctor: () => import("./command/doctor.ts"),
  help: () => import("./command/help.ts"),
});
