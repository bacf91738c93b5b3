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

export type LightCommand = (typeof lightCommands)[number];

/** Of the flags before the command those that a value follows. */
const valued = ["root", "log", "log-format", "rootless"];

/** Is dist/light.cjs enough for this command line? It also has the answer where there is no command. */
export function isLight(argv: readonly string[]): boolean {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith("-")) return (lightCommands as readonly string[]).includes(word);
    if (valued.includes(word.replace(/^--?/, ""))) i++;
  }
  return true;
}
