/** What is hidden of the host where a caller does not say. */
import { policy } from "./policy.ts";

/** linux.maskedPaths and linux.readonlyPaths: as `runc spec`, and for a number of processors the side channels besides. */
export function defaultPaths(cpus = 0): { maskedPaths: string[]; readonlyPaths: string[] } {
  const { masked, readonly } = policy().mounts.defaultPaths(cpus);
  return { maskedPaths: masked, readonlyPaths: readonly };
}
