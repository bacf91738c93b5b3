#!/usr/bin/env node
/** The file that `wrun` is, dist/wrun.cjs. CommonJS, since Node's loader of modules takes 15 ms to get ready. */
import { isLight } from "./light-command.ts";
import { cliScript, here } from "./script.ts";

cliScript(here(), isLight(process.argv.slice(2)) ? "light" : "cli").run();
