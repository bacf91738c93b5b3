/** The entry of `wrun`. Loads nothing before it knows what for: `wrun --version` pays for Node's own start only. */
import { writeSync } from "node:fs";
import { version } from "../../package.json";

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  writeSync(1, `wrun ${version}\n`);
} else {
  const { dispatch } = await import("./dispatch.ts");
  process.exitCode = await dispatch(argv);
}
