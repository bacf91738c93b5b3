import type { StateRecord } from "../state/record.ts";

/** The version of the runtime-spec that states are written after. */
export const state_version = "1.3.0";

/** What a hook reads from its standard input (config.md#posix-platform-hooks): the state, and no more than that. */
export function hookState(...given: Parameters<typeof stateOf>): string {
  return JSON.stringify(stateOf(...given));
}

/** runtime.md#state. */
export function stateOf(
  { id, bundle, annotations }: Pick<StateRecord, "id" | "bundle" | "annotations">,
  status: "creating" | "created" | "running" | "stopped",
  pid?: number,
): object {
  const some = Object.keys(annotations).length > 0;
  return {
    ociVersion: state_version,
    id,
    status,
    ...(pid !== undefined && { pid }),
    bundle,
    ...(some && { annotations }),
  };
}
