/** From the flags of `wrun create` and `wrun run --detach` to the options of the library. */
import { resolve } from "node:path";
import type { CreateOptions } from "../lifecycle/create.ts";
import type { Arguments } from "./flag.ts";
import { runOptions } from "./request.ts";

export function createOptions(given: Arguments, env: NodeJS.ProcessEnv): CreateOptions {
  const { interactive: _, ...options } = runOptions(given, env);
  const path = (flag: string): string | undefined => {
    const value = given.values.get(flag);
    return value === undefined ? undefined : resolve(value);
  };
  const consoleSocket = path("console-socket");
  const pidfdSocket = path("pidfd-socket");
  return {
    ...(options as CreateOptions),
    ...(consoleSocket !== undefined && { consoleSocket }),
    ...(pidfdSocket !== undefined && { pidfdSocket }),
  };
}
