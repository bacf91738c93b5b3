/** Colours for a terminal; elsewhere every function returns its text unchanged. */
export interface Colors {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** FORCE_COLOR beats NO_COLOR (no-color.org: any value but the empty one), and both beat the terminal's absence. */
export function colorsFor(terminal: boolean, env: NodeJS.ProcessEnv): Colors {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const wanted = forced || (terminal && !env.NO_COLOR && env.TERM !== "dumb");
  const sgr = (on: number, off: number) => (text: string) =>
    wanted ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
  };
}
