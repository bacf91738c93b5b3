/** The package as npm installs it: what `files` of package.json forgets is not there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "../harness.ts";

/** `npm ci` has left what is needed in npm's cache. */
const npm = {
  npm_config_prefer_offline: "true",
  npm_config_ignore_scripts: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
};

/** The environment of commands in such a directory: npm's settings for the project itself are not for them. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_(registry|cafile|.*proxy))/.test(name),
    ),
  ),
  ...npm,
};

export interface Project {
  directory: string;
  /** Runs a program there, and gives what it prints. */
  run(program: string, ...args: string[]): string;
}

/** An empty directory with nothing but the tarball of wrun. */
export function emptyProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), "wrun-package-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const options = { env: environment, encoding: "utf8" } as const;
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { ...options, cwd: directory });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", directory], {
    ...options,
    cwd: project,
  });
  return { directory, run };
}
