/** Lists of capabilities for the flags of the command line. */
import { policy } from "./policy.ts";
import { collect, type Finding, isSome, problemError } from "./problem.ts";

/** What `wrun run` gives a container: twelve names, by number; the table in wasm/policy says why these. */
export function defaultCapabilities(): string[] {
  return policy().capabilities.defaults();
}

/**
 * A list, or the default one, with `--cap-add` and `--cap-drop`, as `CAP_` names by number.
 *
 * `ALL` is understood and CAP_ may be left out. Throws ERR_CAPABILITY for a name that is not known or on both lists.
 */
export function adjustCapabilities(
  base: readonly string[] | undefined,
  add: readonly string[],
  drop: readonly string[],
): string[] {
  const findings: Finding[] = [];
  const list = collect("capabilities", findings, () =>
    policy().capabilities.adjust([...(base ?? defaultCapabilities())], [...add], [...drop]),
  );
  if (isSome(findings)) throw problemError(findings);
  return list ?? [];
}
