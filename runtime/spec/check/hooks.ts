import type { Hook, HookKind, Hooks } from "../types.ts";
import { integer_max } from "./limit.ts";
import { argument, variable } from "./process.ts";
import type { At } from "./value.ts";
import { absolute, defined, field, integer, list, object, required } from "./value.ts";

export const hookKinds: readonly HookKind[] = [
  ...(["prestart", "createRuntime", "createContainer"] as const),
  ...(["startContainer", "poststart", "poststop"] as const),
];

/** config.md#posix-platform-hooks. */
export function checkHooks(at: At): Hooks | undefined {
  if (object(at) === undefined) return undefined;
  return defined<Hooks>(
    Object.fromEntries(hookKinds.map((kind) => [kind, list(field(at, kind), hook)])),
  );
}

function hook(at: At): Hook | undefined {
  if (object(at) === undefined) return undefined;
  const path = required(field(at, "path"), absolute);
  const args = list(field(at, "args"), argument);
  const env = list(field(at, "env"), variable);
  const timeout = integer(field(at, "timeout"), 1, integer_max);
  return path === undefined ? undefined : defined<Hook>({ path, args, env, timeout });
}
