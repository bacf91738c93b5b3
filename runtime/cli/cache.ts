/**
 * Run by the build, `cache.cjs NAME`: makes dist/NAME.cache, with the functions in it that usual commands go through: of
 * `light` those that follow a launch, so `launch` comes first. V8 has in the cache what was called, and what was
 * not is compiled at every start. Where the build's user may make no container, as much as was reached until then.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultSpec, specText } from "../spec/default.ts";
import { cachePath, cliScript, here, type ScriptName } from "./script.ts";

const dist = join(here(), "..");
const [place, id] = [join(dist, "build/launch"), "cache"];
const onPlace = ["--root", join(place, "state")];

const usual: Record<ScriptName, string[][]> = {
  launch: [
    [...onPlace, "run", "--", "true"],
    [...onPlace, "create", "--bundle", place, id],
  ],
  light: [
    [...onPlace, "start", id],
    [...onPlace, "delete", "--force", id],
  ],
  cli: [[...onPlace, "plan", "--", "true"]],
};

/** `true`, on the host's own root. */
function makeBundle(): void {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const spec = defaultSpec({
    cgroupNamespace: false,
    ...(uid !== 0 && { rootless: { uid, gid } }),
  });
  const process_ = { ...spec.process, cwd: "/", terminal: false, args: ["true"] };
  const root = { path: "/", readonly: true };
  writeFileSync(join(place, "config.json"), specText({ ...spec, process: process_, root }));
}

const name = process.argv[2] as ScriptName;
if (name === "launch") makeBundle();
const { script, run } = cliScript(dist, name);
const left = usual[name];
const next = (): void => {
  const words = left.shift();
  if (!words) return;
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
  run();
};
process.on("beforeExit", next);
process.on("exit", () => {
  writeFileSync(cachePath(dist, name), script.createCachedData());
  if (name === "light") rmSync(place, { recursive: true, force: true });
});
next();
