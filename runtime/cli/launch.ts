/** The entry of dist/launch.cjs. */
import { launchModules } from "./launch-module.ts";
import { main } from "./main.ts";

main(launchModules);
