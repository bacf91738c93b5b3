/** The entry of dist/light.cjs. */
import { lightModules } from "./light-module.ts";
import { main } from "./main.ts";

main(lightModules);
