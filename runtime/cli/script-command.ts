import type { ScriptName } from "./script.ts";

/** The commands of dist/light.cjs: those that only look at a container or signal it, which callers run in a second. */
export const lightCommands = [
  "start",
  "state",
  "kill",
  "list",
  "delete",
  "pause",
  "resume",
  "ps",
] as const;

/** The commands of dist/launch.cjs: those that start a process. */
export const launchCommands = ["create", "run", "exec"] as const;

export type LightCommand = (typeof lightCommands)[number];
export type LaunchCommand = (typeof launchCommands)[number];

/** Of the flags before the command those that a value follows. */
const valued = ["root", "log", "log-format", "criu", "rootless"];

/** The smallest script that has the command of this command line. `light` also has the answer where there is none. */
export function scriptOf(argv: readonly string[]): ScriptName {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith("-")) return scriptWith(word);
    if (valued.includes(word.replace(/^--?/, ""))) i++;
  }
  return "light";
}

function scriptWith(command: string): ScriptName {
  if ((lightCommands as readonly string[]).includes(command)) return "light";
  return (launchCommands as readonly string[]).includes(command) ? "launch" : "cli";
}
