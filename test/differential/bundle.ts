/** Bundles for more than one runtime: what a runtime's own `spec` writes, with a busybox and the script of probe.ts. */
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Spec } from "../../runtime/spec/types.ts";
import type { Account } from "../need.ts";
import { makeRootfs, temporary } from "../run/rootfs.ts";
import { applet_names, probeScript } from "./probe.ts";

/** What is always there in a spec from `wrun spec`, and so needs no question mark. */
export type FullSpec = Spec & {
  process: NonNullable<Spec["process"]>;
  mounts: NonNullable<Spec["mounts"]>;
  root: NonNullable<Spec["root"]>;
  linux: NonNullable<Spec["linux"]>;
};

/** Changes a spec in place; `directory` is the bundle's. */
export type Edit = (spec: FullSpec, directory: string) => void;

export interface Bundle {
  directory: string;
  remove(): void;
}

/** What a runtime's `spec` command writes as `user`. Asked once for each. */
export function specText(command: readonly string[], user?: Account): string {
  const key = [user?.uid, ...command].join(" ");
  const text = texts.get(key) ?? askSpec(command, user);
  texts.set(key, text);
  return text;
}

const texts = new Map<string, string>();

function askSpec([program = "", ...args]: readonly string[], user?: Account): string {
  const cwd = temporary("spec");
  if (user) chownSync(cwd, user.uid, user.gid);
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", ...idsOf(user) });
  if (status !== 0)
    throw new Error(`\`${program} ${args.join(" ")}\` ended with ${status}: ${stderr}`);
  return readFileSync(join(cwd, "config.json"), "utf8");
}

/** For child_process: an account has more than the two. */
export function idsOf(user?: Account): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** With the text as it is, or changed by `edit`. */
export function makeBundle(text: string, edit?: Edit, owner?: Account): Bundle {
  const rootfs = makeRootfs();
  const directory = dirname(rootfs);
  for (const name of applet_names) {
    const path = join(rootfs, "bin", name);
    if (!existsSync(path)) symlinkSync("busybox", path);
  }
  if (owner) for (const path of [directory, rootfs]) chownSync(path, owner.uid, owner.gid);
  writeFileSync(join(directory, "config.json"), edit ? changed(text, directory, edit) : text);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function changed(text: string, directory: string, edit: Edit): string {
  const spec = JSON.parse(text) as FullSpec;
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux;
  spec.process.terminal = false;
  spec.process.args = [];
  edit(spec, directory);
  if (spec.process.args.length === 0) {
    const paths = new Set([...maskedPaths, ...readonlyPaths, ...always_tried]);
    for (const path of [spec.linux.maskedPaths, spec.linux.readonlyPaths].flat())
      paths.add(path ?? "");
    spec.process.args = ["/bin/sh", "-c", probeScript([...paths].filter(Boolean))];
  }
  return JSON.stringify(spec);
}

/** Neither masked nor protected by a path of their own. */
const always_tried = ["/sys/kernel", "/proc/1/comm", "/bin", "/dev/shm", "/sys/fs/cgroup"];
