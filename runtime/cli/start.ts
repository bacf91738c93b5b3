#!/usr/bin/env node
/** The file that `wrun` is, dist/wrun.cjs. CommonJS, since Node's loader of modules takes 15 ms to get ready. */
import { cliScript, here } from "./script.ts";
import { scriptOf } from "./script-command.ts";

// All is done and written by then. What Node would take down first, V8 and its threads, takes half a millisecond.
process.once("beforeExit", () => process.exit());
cliScript(here(), scriptOf(process.argv.slice(2))).run();
