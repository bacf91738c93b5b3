/** Run once by the build: makes dist/cli.cache, with the functions in it that a plan, and so a launch, goes through. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachePath, cliScript, here } from "./script.ts";

const dist = join(here(), "..");
const { script, run } = cliScript(dist);
process.argv.splice(2, Number.POSITIVE_INFINITY, "plan", "--brief", "--", "true");
process.on("exit", () => writeFileSync(cachePath(dist), script.createCachedData()));
run();
