import { version } from "../../package.json";

export { version };

/** As runc prints it, and containerd reads it: `NAME version X`, then the runtime-spec that it is written after. */
export function versionText(): string {
  return `wrun version ${version}\nspec: 1.3.0\n`;
}
