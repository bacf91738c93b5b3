#!/usr/bin/env node
/** The file that `wrun` is, dist/wrun.cjs. CommonJS, since Node's loader of modules takes 15 ms to get ready. */
import { cliScript, here } from "./script.ts";

cliScript(here()).run();
