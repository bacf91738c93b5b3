/** The entry of `wrun`. Loads nothing before it knows what for: `wrun --version` pays for Node's own start only. */
import { writeSync } from "node:fs";
import { version } from "../../package.json";

async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === "--version") {
    writeSync(1, `wrun ${version}\n`);
    return 0;
  }
  const { dispatch } = await import("./dispatch.ts");
  return dispatch(argv);
}

// No await here: at the top level it would rule out the CommonJS format, which starts faster.
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
